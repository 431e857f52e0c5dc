// Everything that the lineage page asks for, from its address.
import type { Impact } from '../features/impact/useImpact';
import { useImpact } from '../features/impact/useImpact';
import { kindFor } from '../features/impact/kinds';
import type { CauseAnswer } from '../features/cause/useCause';
import { defaultWindow, useCause } from '../features/cause/useCause';
import type { Layout } from '../features/lineage/geometry';
import type { ColumnLayout } from '../features/lineage/useLayout';
import { useColumnLayout, useLayout } from '../features/lineage/useLayout';
import type { Mark } from '../features/time/marks';
import type { ChangeKind } from '../features/time/useChanges';
import { useChanges } from '../features/time/useChanges';
import { useMarks, useSpan } from '../features/time/useMarks';
import type { Schemas } from '../api/client';
import type { ChangeDraft } from '../lib/impactUrl';
import type { Clocks, LineageState } from '../lib/lineageUrl';
import { asKnownThen, clocksOf, comparison, defaultMaxNodes } from '../lib/lineageUrl';
import type { NodeType } from '../lib/nodeId';
import { nodeTypeOf } from '../lib/nodeId';
import type { Pages } from '../lib/usePages';
import type { Resource } from '../lib/useResource';
import type { Span } from '../lib/timeScale';
import { useState } from 'react';

export interface Lineage {
  state: LineageState;
  clocks: Clocks;
  picture: Resource<Layout | ColumnLayout>;
  table: Layout | undefined; // the picture at the level of tables
  columns: ColumnLayout | undefined; // the one at the level of columns
  canonical: string; // the node in the middle, as the server writes it
  selected: string;
  type: NodeType;
  name: { name: string; namespace: string } | null; // of the selected node, if it is in the picture
  draft: ChangeDraft;
  impact: Impact;
  cause: Resource<CauseAnswer>;
  changes: Pages<Schemas['DiffAnswer']>;
  kinds: ChangeKind[]; // of changes, those listed; none: all
  setKinds: (kinds: ChangeKind[]) => void;
  span: Span | null;
  marks: Mark[];
  marksComplete: boolean;
}

function useComparison(state: LineageState, clocks: Clocks, kinds: ChangeKind[]) {
  const compared = state.panel === 'changes' ? comparison(state) : null;
  return useChanges(
    compared && {
      nodeId: state.node,
      depth: state.depth,
      direction: state.direction,
      ...compared,
      knownAt: clocks.knownAt,
      kinds,
      limit: 100,
    },
  );
}

// The dataset of a field, where the picture has it.
function datasetOf(columns: ColumnLayout | undefined, id: string): string {
  const card = columns?.nodes.find((n) => n.id === id || n.columns.some((c) => c.id === id));
  return card?.id ?? id;
}

function nameIn(
  layout: { nodes: { id: string; label: string; sublabel: string }[] } | undefined,
  id: string,
) {
  const node = layout?.nodes.find((n) => n.id === id);
  return node ? { name: node.label, namespace: node.sublabel } : null;
}

export function useLineage(state: LineageState): Lineage {
  const clocks = clocksOf(state);
  const byColumn = state.level === 'column';
  const tables = useLayout(byColumn ? null : state);
  const columnPicture = useColumnLayout(byColumn ? state : null);
  const picture = byColumn ? columnPicture : tables;
  const table = byColumn ? undefined : tables.data;
  const columns = byColumn ? columnPicture.data : undefined;
  const layout = table ?? columns;
  // The server knows the node by its canonical id, which may differ from the one in the address.
  const root = layout && !picture.loading ? layout.root : state.node;
  const canonical = datasetOf(columns, root);
  const selected = state.selected ?? canonical;
  const type = layout?.nodes.find((n) => n.id === selected)?.type ?? nodeTypeOf(selected);
  const draft: ChangeDraft = {
    kind: kindFor(type, state.kind),
    nodeId: selected,
    column: state.changeColumn,
    to: state.changeTo,
    until: state.until,
  };
  const impact = useImpact(
    state.panel === 'impact' && type !== 'CONSUMER' ? { changes: [draft], ...clocks } : null,
  );
  const cause = useCause(
    state.panel === 'cause' && type !== 'CONSUMER'
      ? {
          nodeId: selected,
          at: state.at ?? state.asOf,
          window: state.window ?? defaultWindow,
          knownAt: clocks.knownAt,
        }
      : null,
  );
  const span = useSpan();
  const marks = useMarks(
    {
      nodeId: state.node,
      depth: state.depth,
      direction: state.direction,
      // What is known now: marks that vanish as time moves would lead nowhere.
      knownAt: state.knownAt === asKnownThen ? null : clocks.knownAt,
      maxNodes: defaultMaxNodes,
    },
    span.data ?? null,
  );
  const [kinds, setKinds] = useState<ChangeKind[]>([]);
  return {
    state,
    clocks,
    picture,
    table,
    columns,
    canonical,
    selected,
    type,
    name: nameIn(layout, selected),
    draft,
    impact,
    cause,
    changes: useComparison(state, clocks, kinds),
    kinds,
    setKinds,
    span: span.data ?? null,
    marks: marks.marks,
    marksComplete: marks.complete,
  };
}
