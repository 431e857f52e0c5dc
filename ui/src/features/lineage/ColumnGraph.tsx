// The picture of a column lineage: datasets as cards with their columns. A column that is pointed at
// or selected shows from where it comes and where it goes; all else steps back.
import type { KeyboardEvent } from 'react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Stop } from './columnGeometry';
import { columnNeighbour, rowsInSight, shiftedColumns, stopsOf } from './columnGeometry';
import type { ColumnPaths } from './columnPaths';
import { columnPaths, noPaths } from './columnPaths';
import { CardShape, ColumnEdgeShape } from './ColumnShapes';
import type { Arrow } from './geometry';
import { edgeBounds, edgesInSight, inSight, layoutBounds } from './geometry';
import { useFirstView, useLatest, useReveal, useSteady } from './graphHooks';
import { ColumnLegend } from './Legend';
import { Minimap } from './Minimap';
import type { ColumnLayout } from './useLayout';
import { useView } from './useView';
import type { Rect, Size, View } from './viewport';
import { centerOn, fit, reveal, snapOut, visibleRect, zoomAt } from './viewport';
import { ZoomButtons } from './ZoomButtons';

export interface ColumnGraphProps {
  layout: ColumnLayout;
  selected: string; // dataset
  column: string | null; // field
  edge: { from: string; to: string } | null;
  onSelect: (dataset: string, column: string | null) => void;
  onEdge: (from: string, to: string) => void;
  onMore: () => void; // columns than are drawn
}

const farScale = 0.34;

function useColumnsInSight(layout: ColumnLayout, view: View, size: Size, stays: string) {
  const bounded = useMemo(
    () => layout.edges.map((edge) => ({ edge, bounds: edgeBounds(edge.points) })),
    [layout],
  );
  const { x, y, width, height } = snapOut(visibleRect(view, size, 160), 320);
  return useMemo(() => {
    const rect = { x, y, width, height };
    return {
      cards: inSight(layout.nodes, rect, new Set([stays])).map((card) => ({
        card,
        rows: rowsInSight(card, rect),
      })),
      edges: edgesInSight(bounded, rect),
    };
  }, [layout, bounded, x, y, width, height, stays]);
}

interface ShapesProps extends ColumnGraphProps {
  inSight: ReturnType<typeof useColumnsInSight>;
  paths: ColumnPaths;
  rootCard: string | undefined;
  tabStop: string;
  far: boolean;
  onHover: (id: string | null) => void;
}

function Shapes(p: ShapesProps) {
  const { paths, edge } = p;
  const quiet = paths.cards.size === 0;
  return (
    <>
      {p.inSight.edges.map((e) => (
        <ColumnEdgeShape
          key={e.id}
          edge={e}
          how={paths.edges.get(e.id) ?? (quiet ? 'none' : 'dim')}
          selected={edge?.from === e.source && edge.to === e.target}
          onSelect={p.onEdge}
        />
      ))}
      {p.inSight.cards.map(({ card, rows }) => (
        <CardShape
          key={card.id}
          card={card}
          rows={rows}
          reached={paths.columns}
          dim={!quiet && !paths.cards.has(card.id)}
          root={card.id === p.rootCard}
          selected={card.id === p.selected}
          selectedColumn={p.column}
          tabStop={p.tabStop}
          far={p.far}
          onSelect={p.onSelect}
          onHover={p.onHover}
          onMore={p.onMore}
        />
      ))}
    </>
  );
}

// Of a card of many columns the first look sees the head, not the middle.
function topOf(card: Rect | undefined): Rect | undefined {
  return card && { ...card, height: Math.min(card.height, 420) };
}

export function ColumnGraph(props: ColumnGraphProps) {
  const svg = useRef<SVGSVGElement>(null);
  const { view, size, setView, dragged } = useView(svg);
  const layout = useSteady(props.layout, props.selected, shiftedColumns);
  const bounds = useMemo(() => layoutBounds(layout), [layout]);
  const stops = useMemo(() => stopsOf(layout), [layout]);
  const byId = useMemo(() => new Map(stops.map((s) => [s.id, s])), [stops]);
  const [hover, setHover] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);

  const rootCard = byId.get(layout.root)?.card ?? layout.nodes[0]?.id;
  const cardRect = (id: string | undefined): Rect | undefined =>
    layout.nodes.find((n) => n.id === id);
  const tabStop =
    [focused, props.column, props.selected].find((id) => id !== null && byId.has(id)) ??
    rootCard ??
    '';
  const active = [hover, props.column].find((id) => id !== null && byId.has(id)) ?? null;
  const paths = useMemo(
    () => (active === null ? noPaths : columnPaths(layout, active)),
    [layout, active],
  );
  const seen = useColumnsInSight(layout, view, size, byId.get(tabStop)?.card ?? '');
  useFirstView(layout.root, topOf(cardRect(rootCard)), bounds, size, setView);
  const goal = props.column ?? props.selected;
  useReveal(goal, byId.get(goal), size, setView);

  const wantsFocus = useRef(false);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    const elements =
      svg.current?.querySelectorAll<SVGGElement>('[role=button][tabindex="0"]') ?? [];
    [...elements].find((e) => !e.classList.contains('column-more'))?.focus({ preventScroll: true });
  }, [tabStop, seen]);

  const latest = useLatest(props);
  const select = useCallback(
    (dataset: string, column: string | null) => {
      setFocused(column ?? dataset);
      latest.current.onSelect(dataset, column);
    },
    [latest],
  );
  const zoom = (factor: number) =>
    setView((v) => zoomAt(v, size.width / 2, size.height / 2, factor));
  const goTo = (stop: Stop) => {
    wantsFocus.current = true;
    setFocused(stop.id);
    setView((v) => reveal(v, stop, size));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = byId.get(tabStop);
    if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') setView(fit(bounds, size));
    else if (event.key.startsWith('Arrow') && from) {
      const next = columnNeighbour(layout, stops, from, event.key as Arrow);
      if (next) goTo(next);
    } else return;
    event.preventDefault();
  };
  const far = view.k < farScale;
  const classes = [
    'graph-svg',
    ...(far ? ['is-far'] : []),
    ...(paths.cards.size > 0 ? ['has-path'] : []),
  ];
  const columns = layout.nodes.reduce((sum, n) => sum + n.columns.length, 0);
  return (
    <div className="graph">
      <svg
        ref={svg}
        className={classes.join(' ')}
        role="group"
        aria-label={`Column lineage, ${columns} columns of ${layout.nodes.length} datasets. Arrow keys move, Enter selects.`}
        onKeyDown={keys}
        onClickCapture={(event) => {
          if (event.detail > 0 && dragged()) event.stopPropagation();
        }}
      >
        <g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
          <Shapes
            {...props}
            layout={layout}
            inSight={seen}
            paths={paths}
            rootCard={rootCard}
            tabStop={tabStop}
            far={far}
            onSelect={select}
            onHover={setHover}
          />
        </g>
      </svg>
      <ZoomButtons
        scale={view.k}
        onZoom={zoom}
        onFit={() => setView(fit(bounds, size))}
        onCenter={() => {
          const centre = byId.get(goal) ?? cardRect(rootCard);
          if (centre) setView((v) => centerOn(centre, size, Math.max(v.k, 0.8)));
        }}
      />
      {layout.edges.length === 0 && (
        <p className="no-columns" role="status">
          {columns === 0
            ? 'No column is known here.'
            : 'No column lineage is known here, nor a job that would let one assume it.'}
        </p>
      )}
      <ColumnLegend masked={layout.edges.some((e) => e.masked)} />
      {layout.nodes.length >= 7 && (
        <Minimap
          nodes={layout.nodes}
          bounds={bounds}
          seen={visibleRect(view, size)}
          onGo={(x, y) => setView((v) => centerOn({ x, y, width: 0, height: 0 }, size, v.k))}
        />
      )}
    </div>
  );
}
