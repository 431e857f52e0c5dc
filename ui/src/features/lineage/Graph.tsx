// The picture of a lineage: draws what the server laid out, moves it, and says what was asked for.
// Only what is in sight is in the document, so that 500 nodes cost as much as the 40 on the screen.
import type { KeyboardEvent } from 'react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { EdgeShape } from './EdgeShape';
import type { Way } from './expansions';
import { expansion } from './expansions';
import type { Arrow, Layout, LayoutNode } from './geometry';
import { edgeBounds, edgesInSight, inSight, layoutBounds, neighbour } from './geometry';
import type { Highlight, Step } from './highlight';
import { along, around, noHighlight } from './highlight';
import { Minimap } from './Minimap';
import type { Emphasis, NodeProps } from './NodeShape';
import { NodeShape } from './NodeShape';
import { useView } from './useView';
import type { Rect, View } from './viewport';
import {
  centerOn, firstView, fit, keepInPlace, reveal, snapOut, visibleRect, zoomAt,
} from './viewport';
import { ZoomButtons } from './ZoomButtons';

export interface GraphProps {
  layout: Layout;
  selected: string;
  edge: { from: string; to: string } | null;
  expand: readonly string[];
  path: readonly Step[] | null; // shown instead of what lies around the selected node
  impact: ReadonlyMap<string, 'breaking' | 'degraded' | 'recompute'> | null;
  onSelect: (id: string) => void;
  onEdge: (from: string, to: string) => void;
  onToggle: (id: string, way: Way) => void;
}

const farScale = 0.38;

function emphasisOf(h: Highlight, active: string | null, id: string): Emphasis {
  if (h.path.size > 0) return h.path.has(id) ? 'path' : 'dim';
  if (active === null || h === noHighlight) return 'none';
  if (id === active) return 'none';
  if (h.down.has(id)) return 'down';
  return h.up.has(id) ? 'up' : 'dim';
}

// First look at a picture, and no jump when it is laid out anew.
function usePlacing(
  layout: Layout,
  bounds: Rect,
  screen: { width: number; height: number },
  anchor: string,
  setView: (next: View | ((view: View) => View)) => void,
) {
  const last = useRef<{ layout: Layout; root: string } | null>(null);
  const ready = screen.width > 0;
  useLayoutEffect(() => {
    if (!ready || last.current?.layout === layout) return;
    const find = (l: Layout, id: string) => l.nodes.find((n) => n.id === id);
    const old = last.current;
    const was = old && (find(old.layout, anchor) ?? find(old.layout, layout.root));
    const is = was && find(layout, was.id);
    if (old?.root === layout.root && was && is) setView((v) => keepInPlace(v, was, is));
    else setView(firstView(bounds, find(layout, layout.root), screen));
    last.current = { layout, root: layout.root };
  }, [layout, bounds, screen, ready, anchor, setView]);
}

export function Graph(props: GraphProps) {
  const { layout, selected, edge, expand, path, impact, onEdge } = props;
  const svg = useRef<SVGSVGElement>(null);
  const { view, size, setView, dragged } = useView(svg);
  const [hover, setHover] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [anchor, setAnchor] = useState<string>(layout.root);
  const wantsFocus = useRef(false);

  const bounds = useMemo(() => layoutBounds(layout), [layout]);
  const byId = useMemo(() => new Map(layout.nodes.map((n) => [n.id, n])), [layout]);
  const tabStop = focused !== null && byId.has(focused) ? focused
    : byId.has(selected) ? selected : layout.root;
  usePlacing(layout, bounds, size, anchor, setView);

  // A path, or a node selected elsewhere, comes into sight.
  const goal = path?.at(-1)?.to ?? selected;
  useEffect(() => {
    const node = byId.get(goal);
    if (node && size.width > 0) setView((v) => reveal(v, node, size));
  }, [goal, byId, size, setView]);

  const active = hover !== null && byId.has(hover) ? hover : byId.has(selected) ? selected : null;
  const highlight = useMemo(() => {
    if (path && hover === null) return along(layout, path);
    return active === null ? noHighlight : around(layout, active);
  }, [layout, path, hover, active]);
  const quiet = highlight.path.size === 0 && highlight.edges.size === 0;

  const rect = snapOut(visibleRect(view, size, 160), 320);
  const rectKey = `${rect.x} ${rect.y} ${rect.width} ${rect.height}`;
  const edgesWithBounds = useMemo(
    () => layout.edges.map((e) => ({ edge: e, bounds: edgeBounds(e.points) })),
    [layout],
  );
  const { nodes, edges } = useMemo(() => {
    const stay = new Set([tabStop]);
    return {
      nodes: inSight(layout.nodes, rect, stay),
      edges: edgesInSight(edgesWithBounds, rect),
    };
    // rectKey stands for rect.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [layout, edgesWithBounds, rectKey, tabStop]);

  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    const drawn = [...(svg.current?.querySelectorAll<SVGGElement>('[data-node]') ?? [])];
    const target = drawn.find((g) => g.dataset.node === tabStop);
    target?.querySelector<SVGGElement>('.graph-body')?.focus({ preventScroll: true });
  }, [tabStop, nodes]);

  // The handlers below are stable, so that a node is drawn again only when it changed.
  const outer = useRef(props);
  useEffect(() => {
    outer.current = props;
  });
  const select = useCallback((id: string) => {
    setFocused(id);
    outer.current.onSelect(id);
  }, []);
  const toggle = useCallback((id: string, way: Way) => {
    setAnchor(id);
    setFocused(id);
    outer.current.onToggle(id, way);
  }, []);

  const goTo = (node: LayoutNode) => {
    wantsFocus.current = true;
    setFocused(node.id);
    setView((v) => reveal(v, node, size));
  };
  const zoom = (factor: number) =>
    setView((v) => zoomAt(v, size.width / 2, size.height / 2, factor));
  const fitAll = () => setView(fit(bounds, size));
  const center = () => {
    const node = byId.get(selected) ?? byId.get(layout.root);
    if (node) setView((v) => centerOn(node, size, Math.max(v.k, 0.8)));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') fitAll();
    else if (event.key.startsWith('Arrow')) {
      const from = byId.get(tabStop);
      const next = from && neighbour(layout, from, event.key as Arrow);
      if (next) goTo(next);
    } else return;
    event.preventDefault();
  };

  const far = view.k < farScale;
  const nodeProps = (node: LayoutNode): NodeProps => ({
    node,
    root: node.id === layout.root,
    selected: node.id === selected,
    tabbable: node.id === tabStop,
    emphasis: quiet ? 'none' : emphasisOf(highlight, active, node.id),
    severity: impact?.get(node.id) ?? (impact && node.id === selected ? 'changed' : null),
    openUp: expand.includes(expansion(node.id, 'up')),
    openDown: expand.includes(expansion(node.id, 'down')),
    far,
    onSelect: select,
    onToggle: toggle,
    onHover: setHover,
  });

  return (
    <div className="graph">
      <svg
        ref={svg}
        className={far ? 'graph-svg is-far' : 'graph-svg'}
        role="group"
        aria-label={`Lineage graph, ${layout.nodes.length} nodes. Arrow keys move, Enter selects.`}
        onKeyDown={keys}
        onClickCapture={(event) => {
          if (event.detail > 0 && dragged()) event.stopPropagation();
        }}
      >
        <g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
          {edges.map((e) => (
            <EdgeShape
              key={e.id}
              edge={e}
              how={highlight.edges.get(e.id) ?? (quiet ? 'none' : 'dim')}
              selected={edge?.from === e.source && edge.to === e.target}
              onSelect={onEdge}
            />
          ))}
          {nodes.map((node) => (
            <NodeShape key={node.id} {...nodeProps(node)} />
          ))}
        </g>
      </svg>
      <ZoomButtons scale={view.k} onZoom={zoom} onFit={fitAll} onCenter={center} />
      {layout.nodes.length > 12 && (
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
