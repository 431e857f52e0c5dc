// The picture of a lineage: draws what the server laid out, moves it, and says what was asked for.
// Only what is in sight is in the document, so that 500 nodes cost as much as the 40 on the screen.
import type { KeyboardEvent, ReactNode } from 'react';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { EdgeShape } from './EdgeShape';
import type { Way } from './expansions';
import { expansion } from './expansions';
import type { Arrow, Layout, LayoutNode } from './geometry';
import { layoutBounds, neighbour, shifted } from './geometry';
import type { Drawn } from './graphHooks';
import {
  useDrawn,
  useFirstView,
  useFocusMove,
  useHighlight,
  useLatest,
  useReveal,
  useSteady,
  useTabStop,
} from './graphHooks';
import type { Highlight, Step } from './highlight';
import { Minimap } from './Minimap';
import type { Emphasis } from './NodeShape';
import { NodeShape } from './NodeShape';
import type { SetView } from './useView';
import { useView } from './useView';
import type { Rect, Size } from './viewport';
import { centerOn, fit, reveal, visibleRect, zoomAt } from './viewport';
import { ZoomButtons } from './ZoomButtons';

export interface GraphProps {
  layout: Layout;
  selected: string;
  edge: { from: string; to: string } | null;
  expand: readonly string[];
  path: readonly Step[] | null; // shown instead of what lies around the selected node
  pathGoal?: 'start' | 'end'; // which end of the path comes into sight
  impact: ReadonlyMap<string, Schemas['Severity']> | null;
  comparing?: boolean; // nodes and edges tell how they changed
  onSelect: (id: string) => void;
  onEdge: (from: string, to: string) => void;
  onToggle: (id: string, way: Way) => void;
  children?: ReactNode; // over the picture
}

const farScale = 0.38; // below it names cannot be read: only shapes are drawn
const minimapFrom = 13; // nodes

function emphasisOf(h: Highlight, active: string | null, id: string): Emphasis {
  if (h.path.size > 0) return h.path.has(id) ? 'path' : 'dim';
  if (h.edges.size === 0 || id === active) return 'none';
  if (h.down.has(id)) return 'down';
  return h.up.has(id) ? 'up' : 'dim';
}

function useCommands(bounds: Rect, size: Size, setView: SetView, centre: LayoutNode | undefined) {
  return {
    zoom: (factor: number) => setView((v) => zoomAt(v, size.width / 2, size.height / 2, factor)),
    fitAll: () => setView(fit(bounds, size)),
    center: () => centre && setView((v) => centerOn(centre, size, Math.max(v.k, 0.8))),
    go: (x: number, y: number) =>
      setView((v) => centerOn({ x, y, width: 0, height: 0 }, size, v.k)),
  };
}

interface ShapesProps extends GraphProps {
  drawn: Drawn;
  highlight: Highlight;
  active: string | null;
  tabStop: string;
  far: boolean;
  onHover: (id: string | null) => void;
}

function Shapes(p: ShapesProps) {
  const { drawn, highlight, edge, expand, impact, selected } = p;
  const quiet = highlight.path.size === 0 && highlight.edges.size === 0;
  return (
    <>
      {drawn.edges.map((e) => (
        <EdgeShape
          key={e.id}
          edge={e}
          how={highlight.edges.get(e.id) ?? (quiet ? 'none' : 'dim')}
          selected={edge?.from === e.source && edge.to === e.target}
          onSelect={p.onEdge}
        />
      ))}
      {drawn.nodes.map((node) => (
        <NodeShape
          key={node.id}
          node={node}
          root={node.id === p.layout.root}
          selected={node.id === selected}
          tabbable={node.id === p.tabStop}
          emphasis={emphasisOf(highlight, p.active, node.id)}
          severity={impact?.get(node.id) ?? (impact && node.id === selected ? 'changed' : null)}
          openUp={expand.includes(expansion(node.id, 'up'))}
          openDown={expand.includes(expansion(node.id, 'down'))}
          far={p.far}
          onSelect={p.onSelect}
          onToggle={p.onToggle}
          onHover={p.onHover}
        />
      ))}
    </>
  );
}

export function Graph(props: GraphProps) {
  const { selected, path, comparing } = props;
  const [anchor, setAnchor] = useState<string>(props.layout.root);
  const layout = useSteady(props.layout, anchor, shifted);
  const svg = useRef<SVGSVGElement>(null);
  const { view, size, setView, dragged } = useView(svg);
  const [hover, setHover] = useState<string | null>(null);
  const [tabStop, setTabStop] = useTabStop(layout, selected);
  const wantsFocus = useRef(false);

  const bounds = useMemo(() => layoutBounds(layout), [layout]);
  const byId = useMemo(() => new Map(layout.nodes.map((n) => [n.id, n])), [layout]);
  const known = (id: string | null) => (id !== null && byId.has(id) ? id : null);
  const active = known(hover) ?? known(selected);
  const highlight = useHighlight(layout, path, known(hover), comparing ? null : known(selected));
  const drawn = useDrawn(layout, view, size, tabStop);
  useFirstView(layout.root, byId.get(layout.root), bounds, size, setView);
  const goal = (props.pathGoal === 'start' ? path?.[0]?.from : path?.at(-1)?.to) ?? selected;
  useReveal(goal, byId.get(goal), size, setView);
  useFocusMove(svg, wantsFocus, tabStop, drawn);

  const latest = useLatest(props);
  const select = useCallback(
    (id: string) => {
      setTabStop(id);
      latest.current.onSelect(id);
    },
    [latest, setTabStop],
  );
  const toggle = useCallback(
    (id: string, way: Way) => {
      setAnchor(id);
      setTabStop(id);
      latest.current.onToggle(id, way);
    },
    [latest, setTabStop],
  );

  const commands = useCommands(bounds, size, setView, byId.get(selected) ?? byId.get(layout.root));
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = byId.get(tabStop);
    if (event.key === '+' || event.key === '=') commands.zoom(1.25);
    else if (event.key === '-') commands.zoom(0.8);
    else if (event.key === '0') commands.fitAll();
    else if (event.key.startsWith('Arrow') && from) {
      const next = neighbour(layout, from, event.key as Arrow);
      if (next) {
        wantsFocus.current = true;
        setTabStop(next.id);
        setView((v) => reveal(v, next, size));
      }
    } else return;
    event.preventDefault();
  };

  const far = view.k < farScale;
  const classes = ['graph-svg', ...(far ? ['is-far'] : []), ...(comparing ? ['is-comparing'] : [])];
  return (
    <div className="graph">
      <svg
        ref={svg}
        className={classes.join(' ')}
        role="group"
        aria-label={`Lineage graph, ${layout.nodes.length} nodes. Arrow keys move, Enter selects.`}
        onKeyDown={keys}
        onClickCapture={(event) => {
          if (event.detail > 0 && dragged()) event.stopPropagation();
        }}
      >
        <g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
          <Shapes
            {...props}
            layout={layout}
            drawn={drawn}
            highlight={highlight}
            active={active}
            tabStop={tabStop}
            far={far}
            onSelect={select}
            onToggle={toggle}
            onHover={setHover}
          />
        </g>
      </svg>
      <ZoomButtons
        scale={view.k}
        onZoom={commands.zoom}
        onFit={commands.fitAll}
        onCenter={commands.center}
      />
      {layout.nodes.length >= minimapFrom && (
        <Minimap
          nodes={layout.nodes}
          bounds={bounds}
          seen={visibleRect(view, size)}
          onGo={commands.go}
        />
      )}
      {props.children}
    </div>
  );
}
