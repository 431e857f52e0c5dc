// One page of three features: the picture, the details of what is selected, and what a change of it
// would affect. Its whole state is its address.
import { useMemo } from 'react';
import { Icon } from '../components/Icons';
import { Loading } from '../components/Marks';
import { ProblemNote } from '../components/ProblemNote';
import { kindFor } from '../features/impact/kinds';
import type { Affected, Impact } from '../features/impact/useImpact';
import { useImpact } from '../features/impact/useImpact';
import { CutNote } from '../features/lineage/CutNote';
import { add, toggle } from '../features/lineage/expansions';
import type { Layout } from '../features/lineage/geometry';
import { Graph } from '../features/lineage/Graph';
import { GraphControls } from '../features/lineage/GraphControls';
import { expansionsFor } from '../features/lineage/highlight';
import { useLayout } from '../features/lineage/useLayout';
import type { LineageState } from '../lib/lineageUrl';
import { defaultMaxNodes, formatLineage, parseLineage } from '../lib/lineageUrl';
import type { NodeType } from '../lib/nodeId';
import { nodeTypeOf, readable } from '../lib/nodeId';
import { Link, navigate } from '../lib/router';
import { SidePanel } from './SidePanel';

type Change = (more: Partial<LineageState>) => void;

function Heading({ id, layout }: { id: string; layout: Layout | undefined }) {
  const node = layout?.nodes.find((n) => n.id === layout.root);
  const { name, namespace } = node ? { name: node.label, namespace: node.sublabel } : readable(id);
  return (
    <div className="lineage-heading">
      <h1>{name}</h1>
      <span className="quiet">{namespace}</span>
    </div>
  );
}

interface PictureProps {
  layout: Layout;
  state: LineageState;
  selected: string;
  impact: Impact;
  change: Change;
}

function Picture({ layout, state, selected, impact, change }: PictureProps) {
  const shown = useMemo(() => new Set(layout.nodes.map((n) => n.id)), [layout]);
  const severities = useMemo(
    () =>
      state.panel === 'impact' && impact.answer
        ? new Map(impact.affected.map((a) => [a.nodeId, a.severity] as const))
        : null,
    // The answer and the number of loaded nodes stand for the list.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [state.panel, impact.answer, impact.affected.length],
  );
  const hit =
    state.panel === 'impact' ? impact.affected.find((a) => a.nodeId === state.hit) : undefined;
  return (
    <Graph
      layout={layout}
      selected={selected}
      edge={state.edge}
      expand={state.expand}
      path={hit?.path ?? null}
      impact={severities}
      onSelect={(id) =>
        change({
          selected: id,
          edge: null,
          run: null,
          hit: null,
          panel: state.panel === 'none' ? 'details' : state.panel,
        })
      }
      onEdge={(from, to) =>
        change({ edge: { from, to }, panel: state.panel === 'none' ? 'details' : state.panel })
      }
      onToggle={(id, way) => change({ expand: toggle(state.expand, shown, id, way) })}
    />
  );
}

interface BarProps {
  state: LineageState;
  layout: Layout | undefined;
  centre: { href: string; type: NodeType } | null; // a way to make the selected node the middle
  change: Change;
}

function Bar({ state, layout, centre, change }: BarProps) {
  return (
    <div className="lineage-bar">
      <Heading id={state.node} layout={layout} />
      {centre && (
        <Link className="button" href={centre.href}>
          Centre on the selected {centre.type === 'JOB' ? 'job' : 'dataset'}
        </Link>
      )}
      <GraphControls
        depth={state.depth}
        direction={state.direction}
        asOf={state.asOf}
        onDepth={(depth) => change({ depth })}
        onDirection={(direction) => change({ direction })}
        onAsOf={(asOf) => change({ asOf })}
      />
      {state.panel === 'none' && (
        <button
          type="button"
          className="icon-button"
          aria-label="Open the panel"
          onClick={() => change({ panel: 'details' })}
        >
          <Icon name="panel" />
        </button>
      )}
    </div>
  );
}

function recentred(state: LineageState, node: string): string {
  const clean = { selected: null, expand: [], edge: null, hit: null };
  return formatLineage({ ...state, node, ...clean });
}

// A path that leads out of the picture brings its nodes into it.
function hitChange(state: LineageState, layout: Layout | undefined, affected: Affected | null) {
  if (!affected || !layout) return { hit: affected?.nodeId ?? null };
  return { hit: affected.nodeId, expand: add(state.expand, expansionsFor(layout, affected.path)) };
}

export function LineagePage({ node, params }: { node: string; params: URLSearchParams }) {
  const state = parseLineage(node, params);
  const resource = useLayout(state);
  const layout = resource.data;
  // The server knows the node by its canonical id, which may differ from the one in the address.
  const canonical = layout && !resource.loading ? layout.root : node;
  const selected = state.selected ?? canonical;
  const type = layout?.nodes.find((n) => n.id === selected)?.type ?? nodeTypeOf(selected);
  const kind = kindFor(type, state.kind);
  const impact = useImpact(
    state.panel === 'impact' ? { nodeId: selected, kind, asOf: state.asOf } : null,
  );
  const change: Change = (more) => navigate(formatLineage({ ...state, ...more }));
  const drawn = resource.problem ? undefined : layout;

  return (
    <main className={state.panel === 'none' ? 'lineage' : 'lineage with-panel'} id="main">
      <section className="lineage-main" aria-label="Lineage" aria-busy={resource.loading}>
        <Bar
          state={state}
          layout={resource.loading ? undefined : layout}
          centre={selected === canonical ? null : { href: recentred(state, selected), type }}
          change={change}
        />
        {drawn && !drawn.complete && (
          <CutNote
            cut={drawn.cut}
            depth={state.depth}
            maxNodes={state.maxNodes ?? defaultMaxNodes}
            onDepth={(depth) => change({ depth })}
            onMaxNodes={(maxNodes) => change({ maxNodes })}
            onRetry={resource.reload}
          />
        )}
        {resource.problem && <ProblemNote problem={resource.problem} onRetry={resource.reload} />}
        {!layout && resource.loading && <Loading what="lineage" />}
        {drawn && (
          <Picture
            layout={drawn}
            state={state}
            selected={selected}
            impact={impact}
            change={change}
          />
        )}
      </section>
      {state.panel !== 'none' && (
        <SidePanel
          state={state}
          selected={selected}
          type={type}
          kind={kind}
          layout={layout}
          impact={impact}
          change={change}
          onHit={(affected) => change(hitChange(state, layout, affected))}
        />
      )}
    </main>
  );
}
