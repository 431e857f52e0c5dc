// The lineage page: the picture, the time it shows, and a panel about what is selected. Its whole
// state is its address.
import { useMemo } from 'react';
import { Icon } from '../components/Icons';
import { Loading } from '../components/Marks';
import { ProblemNote } from '../components/ProblemNote';
import type { Cause } from '../features/cause/useCause';
import { stepsOf } from '../features/cause/useCause';
import type { Affected } from '../features/impact/useImpact';
import { ColumnGraph } from '../features/lineage/ColumnGraph';
import { CutNote } from '../features/lineage/CutNote';
import { add, toggle } from '../features/lineage/expansions';
import type { Layout } from '../features/lineage/geometry';
import { Graph } from '../features/lineage/Graph';
import { GraphControls } from '../features/lineage/GraphControls';
import { expansionsBack, expansionsFor } from '../features/lineage/highlight';
import { ChangeLegend } from '../features/lineage/Legend';
import type { ColumnLayout } from '../features/lineage/useLayout';
import { TimeBar } from '../features/time/TimeBar';
import type { How } from '../features/time/useMover';
import { moment } from '../lib/format';
import type { LineageState } from '../lib/lineageUrl';
import {
  defaultMaxColumns,
  defaultMaxNodes,
  formatLineage,
  mostColumns,
  parseLineage,
} from '../lib/lineageUrl';
import { atTables, readable, shownAs } from '../lib/nodeId';
import { Link, navigate } from '../lib/router';
import { SidePanel } from './SidePanel';
import type { Lineage } from './useLineage';
import { useLineage } from './useLineage';

export type Change = (more: Partial<LineageState>, how?: How) => void;

interface PartProps {
  lineage: Lineage;
  change: Change;
}

const opened = (state: LineageState) => (state.panel === 'none' ? 'details' : state.panel);

function Heading({ lineage }: { lineage: Lineage }) {
  const { picture, table, columns, canonical, state } = lineage;
  const node = picture.loading
    ? undefined
    : (table ?? columns)?.nodes.find((n) => n.id === canonical);
  const { name, namespace } = node
    ? { name: node.label, namespace: node.sublabel }
    : readable(state.node);
  const shown = shownAs(node?.type ?? readable(state.node).type, namespace, name);
  return (
    <div className="lineage-heading">
      <h1>{shown.name}</h1>
      <span className="quiet">{shown.under}</span>
    </div>
  );
}

// The path that the picture shows instead of what lies around the selected node.
function pathOf({ state, impact, cause }: Lineage) {
  if (state.panel === 'impact') {
    const hit = impact.affected.find((a) => a.nodeId === state.hit);
    return hit ? atTables(hit.path) : null;
  }
  if (state.panel === 'cause') {
    const chosen = cause.loading ? null : cause.data?.causes.find((c) => c.rank === state.cause);
    return chosen ? atTables(stepsOf(chosen)) : null;
  }
  return null;
}

function Tables({ lineage, layout, change }: PartProps & { layout: Layout }) {
  const { state, impact, selected } = lineage;
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
  const comparing = state.compareTo !== null;
  return (
    <Graph
      layout={layout}
      selected={selected}
      edge={state.edge}
      expand={state.expand}
      path={pathOf(lineage)}
      pathGoal={state.panel === 'cause' ? 'start' : 'end'}
      impact={severities}
      comparing={comparing}
      onSelect={(id) =>
        change({
          selected: id,
          edge: null,
          run: null,
          hit: null,
          cause: null,
          panel: opened(state),
        })
      }
      onEdge={(from, to) => change({ edge: { from, to }, panel: opened(state) })}
      onToggle={(id, way) => change({ expand: toggle(state.expand, shown, id, way) })}
    >
      {comparing && <ChangeLegend />}
    </Graph>
  );
}

function Columns({ lineage, layout, change }: PartProps & { layout: ColumnLayout }) {
  const { state, selected } = lineage;
  return (
    <ColumnGraph
      layout={layout}
      selected={selected}
      column={state.column}
      edge={state.edge}
      onSelect={(dataset, column) =>
        change({ selected: dataset, column, edge: null, run: null, panel: opened(state) })
      }
      onEdge={(from, to) => change({ edge: { from, to }, panel: opened(state) })}
      onMore={() =>
        change({
          maxColumns: Math.min(mostColumns, (state.maxColumns ?? defaultMaxColumns) * 4),
        })
      }
    />
  );
}

function recentred(state: LineageState, node: string): string {
  const clean = { selected: null, expand: [], edge: null, hit: null, cause: null, column: null };
  return formatLineage({ ...state, node, ...clean });
}

function Bar({ lineage, change }: PartProps) {
  const { state, selected, canonical, type } = lineage;
  return (
    <div className="lineage-bar">
      <Heading lineage={lineage} />
      {selected !== canonical && (
        <Link className="button" href={recentred(state, selected)}>
          Centre on the selected {type.toLowerCase()}
        </Link>
      )}
      <GraphControls
        depth={state.depth}
        direction={state.direction}
        level={state.level}
        onDepth={(depth) => change({ depth })}
        onDirection={(direction) => change({ direction })}
        onLevel={(level) => change({ level, edge: null, column: null })}
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

function Time({ lineage, change }: PartProps) {
  const { state, span, picture } = lineage;
  if (!span) return null;
  return (
    <TimeBar
      span={span}
      asOf={state.asOf}
      knownAt={state.knownAt}
      compareTo={state.compareTo}
      marks={lineage.marks}
      marksComplete={lineage.marksComplete}
      busy={picture.loading}
      comparable={state.level === 'table'}
      onChange={(more, how) => {
        const starts = more.compareTo && state.compareTo === null;
        const ends = more.compareTo === null && state.panel === 'changes';
        const panel = starts ? 'changes' : ends ? 'details' : state.panel;
        change({ ...more, panel, cause: null, hit: null }, how);
      }}
    />
  );
}

// Before its first event a node is not there; the picture of before stays, so that time can be moved
// on without losing the place.
function NotYet({ lineage, change }: PartProps) {
  const { state, marks } = lineage;
  const first = marks[0]?.iso ?? null;
  const { type, namespace, name } = readable(state.node);
  const nodeName = shownAs(type, namespace, name).name;
  return (
    <div className="not-yet" role="status">
      <p>
        <strong>{nodeName}</strong>{' '}
        {state.knownAt === null ? 'was not there yet at' : 'was not known at'} {moment(state.asOf)}.
      </p>
      {state.knownAt === null ? (
        <button type="button" className="button" onClick={() => change({ asOf: first })}>
          {first === null ? 'Back to now' : 'To its first appearance'}
        </button>
      ) : (
        <button type="button" className="button" onClick={() => change({ knownAt: null })}>
          Ask with all that is known now
        </button>
      )}
    </div>
  );
}

function Picture({ lineage, change }: PartProps) {
  const { picture, table, columns, state } = lineage;
  const layout = table ?? columns;
  const notYet =
    picture.problem?.problem.code === 'not-found' &&
    (state.asOf !== null || state.knownAt !== null);
  if (picture.problem && !notYet) {
    return <ProblemNote problem={picture.problem} onRetry={picture.reload} />;
  }
  if (!layout && picture.loading) return <Loading what="lineage" />;
  return (
    <>
      {layout && !layout.complete && !notYet && (
        <CutNote
          cut={layout.cut}
          depth={state.depth}
          maxNodes={state.maxNodes ?? defaultMaxNodes}
          onDepth={(depth) => change({ depth })}
          onMaxNodes={(maxNodes) => change({ maxNodes })}
          onRetry={picture.reload}
        />
      )}
      <div className={notYet ? 'picture is-gone' : 'picture'}>
        {table && <Tables lineage={lineage} layout={table} change={change} />}
        {columns && <Columns lineage={lineage} layout={columns} change={change} />}
        {notYet && <NotYet lineage={lineage} change={change} />}
      </div>
    </>
  );
}

// A path that leads out of the picture brings its nodes into it.
function hitChange({ state, table }: Lineage, affected: Affected | null): Partial<LineageState> {
  if (!affected || !table) return { hit: affected?.nodeId ?? null };
  return {
    hit: affected.nodeId,
    expand: add(state.expand, expansionsFor(table, atTables(affected.path))),
  };
}

function causeChange({ state, table }: Lineage, cause: Cause | null): Partial<LineageState> {
  if (!cause || !table) return { cause: cause?.rank ?? null };
  return {
    cause: cause.rank,
    expand: add(state.expand, expansionsBack(table, atTables(cause.path))),
  };
}

export function LineagePage({ node, params }: { node: string; params: URLSearchParams }) {
  const state = parseLineage(node, params);
  const lineage = useLineage(state);
  const change: Change = (more, how = 'push') =>
    navigate(formatLineage({ ...state, ...more }), { replace: how === 'replace' });
  return (
    <main className={state.panel === 'none' ? 'lineage' : 'lineage with-panel'} id="main">
      <section className="lineage-main" aria-label="Lineage" aria-busy={lineage.picture.loading}>
        <Bar lineage={lineage} change={change} />
        <Time lineage={lineage} change={change} />
        <Picture lineage={lineage} change={change} />
      </section>
      {state.panel !== 'none' && (
        <SidePanel
          lineage={lineage}
          change={change}
          onHit={(affected) => change(hitChange(lineage, affected))}
          onCause={(cause) => change(causeChange(lineage, cause))}
        />
      )}
    </main>
  );
}
