// Beside the picture: details, runs, partitions, impact or causes of what is selected, what changed, or the
// evidence of an edge.
import type { KeyboardEvent } from 'react';
import { Icon } from '../components/Icons';
import { NodeLink } from '../components/NodeLink';
import { TypeMark } from '../components/Marks';
import { CausePanel } from '../features/cause/CausePanel';
import type { Cause } from '../features/cause/useCause';
import { defaultWindow } from '../features/cause/useCause';
import { EdgeEvidence } from '../features/detail/EdgeEvidence';
import { NodeDetail } from '../features/detail/NodeDetail';
import { ImpactPanel } from '../features/impact/ImpactPanel';
import type { Affected } from '../features/impact/useImpact';
import { ColumnDetail } from '../features/lineage/ColumnDetail';
import { PartitionsPanel } from '../features/partitions/PartitionsPanel';
import { RunDetail } from '../features/runs/RunDetail';
import { RunList } from '../features/runs/RunList';
import { ChangesPanel } from '../features/time/ChangesPanel';
import { compareHref, compareState } from '../lib/compareUrl';
import type { LineageState, Panel } from '../lib/lineageUrl';
import { formatLineage, lineageHref } from '../lib/lineageUrl';
import { isoOf } from '../lib/moments';
import type { NodeType } from '../lib/nodeId';
import { readable, shownAs } from '../lib/nodeId';
import { partitionsHref } from '../lib/partitionUrl';
import { Link } from '../lib/router';
import type { Lineage } from './useLineage';

export interface SidePanelProps {
  lineage: Lineage;
  change: (more: Partial<LineageState>) => void;
  onHit: (affected: Affected | null) => void;
  onCause: (cause: Cause | null) => void;
}

const tabs: { panel: Exclude<Panel, 'none'>; label: string }[] = [
  { panel: 'details', label: 'Details' },
  { panel: 'runs', label: 'Runs' },
  { panel: 'partitions', label: 'Partitions' },
  { panel: 'impact', label: 'Impact' },
  { panel: 'cause', label: 'Cause' },
  { panel: 'changes', label: 'Changes' },
];

// A consumer neither runs nor is written.
function tabsOf(type: NodeType) {
  if (type !== 'CONSUMER') return tabs;
  return tabs.filter(({ panel }) => panel === 'details' || panel === 'changes');
}

function panelOf({ state, type }: Lineage): Panel {
  return tabsOf(type).some(({ panel }) => panel === state.panel) ? state.panel : 'details';
}

function hrefs(state: LineageState) {
  const to = (more: Partial<LineageState>) => formatLineage({ ...state, edge: null, ...more });
  const gone = { run: null, hit: null, cause: null };
  return {
    node: (id: string) => to({ selected: id, ...gone }),
    edge: (from: string, end: string) => to({ edge: { from, to: end } }),
    run: (id: string) => to({ panel: 'runs', run: id }),
    cause: to({ panel: 'cause', ...gone }),
  };
}

interface Edge {
  source: string;
  target: string;
}

// At the level of columns the edges join fields; whose they are, the cards say.
function neighboursOf({ table, columns, selected: id }: Lineage) {
  const cardOf = new Map(
    columns?.nodes.flatMap((n) => n.columns.map((c) => [c.id, n.id] as const)) ?? [],
  );
  const whole = (end: string) => cardOf.get(end) ?? end;
  const edges: Edge[] = (table?.edges ?? columns?.edges ?? []).map((e) => ({
    source: whole(e.source),
    target: whole(e.target),
  }));
  const unique = (ids: string[]) => [...new Set(ids.filter((other) => other !== id))];
  return {
    upstream: unique(edges.filter((e) => e.target === id).map((e) => e.source)),
    downstream: unique(edges.filter((e) => e.source === id).map((e) => e.target)),
  };
}

function Runs({ lineage }: SidePanelProps) {
  const { state, selected, type, table } = lineage;
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
  const nodes = new Map(table?.nodes.map((n) => [n.id, n]) ?? []);
  const jobs = type === 'JOB' ? [selected] : neighboursOf(lineage).upstream;
  const known = jobs.flatMap((id) => {
    const n = nodes.get(id);
    const { namespace, name } = n ? { namespace: n.sublabel, name: n.label } : readable(id);
    return n?.type === 'JOB' || id.startsWith('job:') ? [{ id, namespace, name }] : [];
  });
  if (known.length === 0) {
    return (
      <p className="quiet">
        {state.level === 'column'
          ? 'The picture shows columns: jobs and their runs are at the level of tables.'
          : 'No job in the picture writes it. Expand upstream to find one.'}
      </p>
    );
  }
  return known.map(({ id, namespace, name }) => (
    <section key={id} aria-label={`Runs of ${name}`}>
      {type !== 'JOB' && (
        <NodeLink type="JOB" namespace={namespace} name={name} href={href.node(id)} />
      )}
      <RunList namespace={namespace} job={name} clocks={lineage.clocks} runHref={href.run} />
    </section>
  ));
}

function Impact({ lineage, change, onHit }: SidePanelProps) {
  const { state } = lineage;
  return (
    <ImpactPanel
      draft={lineage.draft}
      type={lineage.type}
      clocks={lineage.clocks}
      impact={lineage.impact}
      severity={state.severity}
      hit={state.hit}
      onDraft={({ kind, column, to, until }) =>
        change({ kind, changeColumn: column, changeTo: to, until, hit: null })
      }
      onSeverity={(severity) => change({ severity })}
      onHit={onHit}
    />
  );
}

function Causes({ lineage, change, onCause }: SidePanelProps) {
  const { state, span } = lineage;
  const href = hrefs(state);
  return (
    <CausePanel
      nodeId={lineage.selected}
      result={lineage.cause}
      at={state.at ?? state.asOf}
      asOf={state.asOf}
      lastEvent={span && isoOf(span.last)}
      window={state.window ?? defaultWindow}
      chosen={state.cause}
      onAt={(at) => change({ at, cause: null })}
      onWindow={(window) => change({ window, cause: null })}
      onChoose={onCause}
      nodeHref={href.node}
      runHref={href.run}
    />
  );
}

function Changes({ lineage, change }: SidePanelProps) {
  const { state, span } = lineage;
  const href = hrefs(state);
  return (
    <ChangesPanel
      changes={lineage.changes}
      asOf={state.asOf}
      compareTo={state.compareTo}
      first={span?.first ?? null}
      last={span?.last ?? null}
      kinds={lineage.kinds}
      onKinds={lineage.setKinds}
      onCompare={(compareTo) => change({ compareTo })}
      onMoment={(asOf) => change({ asOf })}
      nodeHref={href.node}
      edgeHref={href.edge}
      runHref={href.run}
    />
  );
}

function SelectedColumn({ lineage }: { lineage: Lineage }) {
  const { state, columns } = lineage;
  if (!columns || state.column === null) return null;
  const href = hrefs(state);
  const cardOf = (id: string) =>
    columns.nodes.find((n) => n.id === id || n.columns.some((c) => c.id === id))?.id;
  return (
    <ColumnDetail
      layout={columns}
      column={state.column}
      href={(id) =>
        formatLineage({
          ...state,
          edge: null,
          selected: cardOf(id) ?? null,
          column: cardOf(id) === id ? null : id,
        })
      }
      edgeHref={href.edge}
      onlyHref={(id) =>
        lineageHref(id, { level: 'column', column: id, depth: 20, asOf: state.asOf })
      }
    />
  );
}

// Two moments that are compared in the picture stay the two sides; else there is one side, as it is shown.
function compareOf({ state, selected }: Lineage): string {
  const nodeId = selected;
  if (state.compareTo === null)
    return compareHref(compareState({ left: { nodeId, asOf: state.asOf } }));
  const left = { nodeId, asOf: state.compareTo };
  return compareHref(compareState({ left, right: { nodeId, asOf: state.asOf } }));
}

function Details({ lineage, change }: SidePanelProps) {
  const { state, selected, type, name, clocks } = lineage;
  const href = hrefs(state);
  return (
    <>
      {type !== 'CONSUMER' && (
        <Link className="why-link" href={href.cause}>
          <Icon name="late" /> Why is this wrong or late?
        </Link>
      )}
      {type === 'DATASET' && (
        <Link className="why-link" href={compareOf(lineage)}>
          <Icon name="compare" /> Compare with …
        </Link>
      )}
      <SelectedColumn lineage={lineage} />
      <NodeDetail
        id={selected}
        hint={name && type !== 'CONSUMER' ? { type, ...name } : null}
        {...clocks}
        profile={{ column: state.profile, onColumn: (profile) => change({ profile }) }}
        neighbours={neighboursOf(lineage)}
        nodeHref={href.node}
        edgeHref={href.edge}
        runHref={href.run}
      />
    </>
  );
}

// A job has no partitions of its own: those of what it writes.
function Partitions({ lineage }: SidePanelProps) {
  const { selected, type } = lineage;
  if (type !== 'JOB') return <PartitionsPanel key={selected} nodeId={selected} />;
  const outputs = neighboursOf(lineage).downstream.filter((id) => id.startsWith('dataset:'));
  if (outputs.length === 0) {
    return <p className="quiet">It writes no dataset that is in the picture.</p>;
  }
  return (
    <ul className="job-outputs" aria-label="Partitions of what it writes">
      {outputs.map((id) => (
        <li key={id}>
          <NodeLink type="DATASET" {...named(id)} href={partitionsHref({ nodeId: id })} />
        </li>
      ))}
    </ul>
  );
}

function named(id: string) {
  const { namespace, name } = readable(id);
  return { namespace, name };
}

function Content(props: SidePanelProps) {
  switch (panelOf(props.lineage)) {
    case 'partitions':
      return <Partitions {...props} />;
    case 'runs':
      return <Runs {...props} />;
    case 'impact':
      return <Impact {...props} />;
    case 'cause':
      return <Causes {...props} />;
    case 'changes':
      return <Changes {...props} />;
    default:
      return <Details {...props} />;
  }
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

function Tabs({ lineage, change }: SidePanelProps) {
  const here = panelOf(lineage);
  return (
    <div className="tabs" role="tablist" aria-label="Panel" onKeyDown={arrowTabs}>
      {tabsOf(lineage.type).map(({ panel, label }) => (
        <button
          key={panel}
          type="button"
          role="tab"
          id={`tab-${panel}`}
          aria-selected={here === panel}
          aria-controls="panel-content"
          tabIndex={here === panel ? 0 : -1}
          onClick={() => change({ panel, run: null, hit: null, cause: null })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function EdgePanel({ lineage: { state } }: SidePanelProps) {
  const href = hrefs(state);
  if (!state.edge) return null;
  return (
    <div className="panel-content">
      <EdgeEvidence
        from={state.edge.from}
        to={state.edge.to}
        nodeHref={href.node}
        runHref={href.run}
      />
    </div>
  );
}

export function SidePanel(props: SidePanelProps) {
  const { lineage, change } = props;
  const { state, selected, type } = lineage;
  const { name: full, namespace } = lineage.name ?? readable(selected);
  const name = shownAs(type, namespace, full);
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
              <p className="quiet">{name.under}</p>
            </div>
          </div>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={state.edge ? 'Back to the node' : 'Close the panel'}
          onClick={() =>
            change(state.edge ? { edge: null } : { panel: 'none', hit: null, cause: null })
          }
        >
          <Icon name="close" />
        </button>
      </header>
      {state.edge ? (
        <EdgePanel {...props} />
      ) : (
        <>
          <Tabs {...props} />
          <div
            className="panel-content"
            role="tabpanel"
            id="panel-content"
            aria-labelledby={`tab-${panelOf(lineage)}`}
            tabIndex={-1}
          >
            <Content {...props} />
          </div>
        </>
      )}
    </aside>
  );
}
