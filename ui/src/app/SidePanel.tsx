// Beside the picture: details, runs or impact of what is selected, or the evidence of an edge.
import type { KeyboardEvent } from 'react';
import { Icon } from '../components/Icons';
import { NodeLink } from '../components/NodeLink';
import { TypeMark } from '../components/Marks';
import { EdgeEvidence } from '../features/detail/EdgeEvidence';
import { NodeDetail } from '../features/detail/NodeDetail';
import { ImpactPanel } from '../features/impact/ImpactPanel';
import type { Affected, Impact } from '../features/impact/useImpact';
import type { Layout } from '../features/lineage/geometry';
import { RunDetail } from '../features/runs/RunDetail';
import { RunList } from '../features/runs/RunList';
import type { ImpactKind, LineageState, Panel } from '../lib/lineageUrl';
import { formatLineage } from '../lib/lineageUrl';
import type { NodeType } from '../lib/nodeId';
import { readable } from '../lib/nodeId';
import { Link } from '../lib/router';

export interface SidePanelProps {
  state: LineageState;
  selected: string;
  type: NodeType;
  kind: ImpactKind;
  layout: Layout | undefined;
  impact: Impact;
  change: (more: Partial<LineageState>) => void;
  onHit: (affected: Affected | null) => void;
}

const tabs: { panel: Exclude<Panel, 'none'>; label: string }[] = [
  { panel: 'details', label: 'Details' },
  { panel: 'runs', label: 'Runs' },
  { panel: 'impact', label: 'Impact' },
];

function hrefs(state: LineageState) {
  const to = (more: Partial<LineageState>) => formatLineage({ ...state, edge: null, ...more });
  return {
    node: (id: string) => to({ selected: id, run: null, hit: null }),
    edge: (from: string, end: string) => to({ edge: { from, to: end } }),
    run: (id: string) => to({ panel: 'runs', run: id }),
  };
}

function neighboursOf(layout: Layout | undefined, id: string) {
  const edges = layout?.edges ?? [];
  const unique = (ids: string[]) => [...new Set(ids)];
  return {
    upstream: unique(edges.filter((e) => e.target === id).map((e) => e.source)),
    downstream: unique(edges.filter((e) => e.source === id).map((e) => e.target)),
  };
}

function Runs({ state, selected, type, layout }: SidePanelProps) {
  const href = hrefs(state);
  if (state.run !== null) {
    return (
      <>
        <Link className="back-link" href={formatLineage({ ...state, run: null })}>
          ← All runs
        </Link>
        <RunDetail id={state.run} runHref={href.run} />
      </>
    );
  }
  const nodes = new Map(layout?.nodes.map((n) => [n.id, n]) ?? []);
  const jobs = type === 'JOB' ? [selected] : neighboursOf(layout, selected).upstream;
  const known = jobs.flatMap((id) => {
    const n = nodes.get(id);
    const { namespace, name } = n ? { namespace: n.sublabel, name: n.label } : readable(id);
    return n?.type === 'JOB' || id.startsWith('job:') ? [{ id, namespace, name }] : [];
  });
  if (known.length === 0) {
    return <p className="quiet">No job in the picture writes it. Expand upstream to find one.</p>;
  }
  return known.map(({ id, namespace, name }) => (
    <section key={id} aria-label={`Runs of ${name}`}>
      {type !== 'JOB' && (
        <NodeLink type="JOB" namespace={namespace} name={name} href={href.node(id)} />
      )}
      <RunList namespace={namespace} job={name} runHref={href.run} />
    </section>
  ));
}

function Content(props: SidePanelProps) {
  const { state, selected, type, layout, impact, kind, change, onHit } = props;
  const href = hrefs(state);
  const node = layout?.nodes.find((n) => n.id === selected);
  if (state.panel === 'runs') return <Runs {...props} />;
  if (state.panel === 'impact') {
    return (
      <ImpactPanel
        nodeId={selected}
        type={type}
        kind={kind}
        impact={impact}
        hit={state.hit}
        onKind={(next) => change({ kind: next, hit: null })}
        onHit={onHit}
      />
    );
  }
  return (
    <NodeDetail
      id={selected}
      hint={node ? { type: node.type, namespace: node.sublabel, name: node.label } : null}
      asOf={state.asOf}
      neighbours={neighboursOf(layout, selected)}
      nodeHref={href.node}
      edgeHref={href.edge}
      runHref={href.run}
    />
  );
}

function arrowTabs(event: KeyboardEvent<HTMLDivElement>) {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
  const at = all.findIndex((tab) => tab === document.activeElement);
  const next = all[(at + (event.key === 'ArrowRight' ? 1 : all.length - 1)) % all.length];
  next?.focus();
  next?.click();
  event.preventDefault();
}

function Tabs({ state, change }: SidePanelProps) {
  return (
    <div className="tabs" role="tablist" aria-label="Panel" onKeyDown={arrowTabs}>
      {tabs.map(({ panel, label }) => (
        <button
          key={panel}
          type="button"
          role="tab"
          id={`tab-${panel}`}
          aria-selected={state.panel === panel}
          aria-controls="panel-content"
          tabIndex={state.panel === panel ? 0 : -1}
          onClick={() => change({ panel, run: null, hit: null })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

export function SidePanel(props: SidePanelProps) {
  const { state, selected, type, layout, change } = props;
  const node = layout?.nodes.find((n) => n.id === selected);
  const name = node ? { name: node.label, namespace: node.sublabel } : readable(selected);
  const href = hrefs(state);
  return (
    <aside className="panel" aria-label={state.edge ? 'Edge' : name.name}>
      <header className="panel-head">
        {state.edge ? (
          <h2>Evidence of an edge</h2>
        ) : (
          <div className="panel-title">
            <TypeMark type={type} />
            <div>
              <h2>{name.name}</h2>
              <p className="quiet">{name.namespace}</p>
            </div>
          </div>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={state.edge ? 'Back to the node' : 'Close the panel'}
          onClick={() => change(state.edge ? { edge: null } : { panel: 'none', hit: null })}
        >
          <Icon name="close" />
        </button>
      </header>
      {state.edge ? (
        <div className="panel-content">
          <EdgeEvidence
            from={state.edge.from}
            to={state.edge.to}
            nodeHref={href.node}
            runHref={href.run}
          />
        </div>
      ) : (
        <>
          <Tabs {...props} />
          <div
            className="panel-content"
            role="tabpanel"
            id="panel-content"
            aria-labelledby={`tab-${state.panel}`}
            tabIndex={-1}
          >
            <Content {...props} />
          </div>
        </>
      )}
    </aside>
  );
}
