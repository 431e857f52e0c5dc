// What the picture keeps in mind: where it stands, what of it is drawn, what is emphasized, and
// which node has the keyboard.
import type { RefObject } from 'react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Layout, LayoutEdge, LayoutNode } from './geometry';
import { edgeBounds, edgesInSight, inSight } from './geometry';
import type { Highlight, Step } from './highlight';
import { along, around, noHighlight } from './highlight';
import type { SetView } from './useView';
import type { Rect, Size, View } from './viewport';
import { firstView, keepInPlace, reveal, snapOut, visibleRect } from './viewport';

const find = (layout: Layout, id: string) => layout.nodes.find((n) => n.id === id);

// First look at a picture; no jump when it is laid out anew: `anchor`, or the middle node, keeps
// its place on the screen.
export function usePlacing(
  layout: Layout,
  bounds: Rect,
  screen: Size,
  anchor: string,
  setView: SetView,
): void {
  const last = useRef<Layout | null>(null);
  useLayoutEffect(() => {
    const old = last.current;
    if (screen.width === 0 || old === layout) return;
    const was = old && (find(old, anchor) ?? find(old, layout.root));
    const is = was && find(layout, was.id);
    if (old?.root === layout.root && was && is) setView((view) => keepInPlace(view, was, is));
    else setView(firstView(bounds, find(layout, layout.root), screen));
    last.current = layout;
  }, [layout, bounds, screen, anchor, setView]);
}

// The end of a path, or a node that was selected elsewhere, comes into sight.
export function useReveal(layout: Layout, goal: string, screen: Size, setView: SetView): void {
  useEffect(() => {
    const node = find(layout, goal);
    if (node && screen.width > 0) setView((view) => reveal(view, node, screen));
  }, [goal, layout, screen, setView]);
}

export interface Drawn {
  nodes: LayoutNode[];
  edges: LayoutEdge[];
}

// What is in sight, and somewhat more, so that it changes rarely while the view moves. `stays` is
// drawn wherever it is: it has the keyboard.
export function useDrawn(layout: Layout, view: View, screen: Size, stays: string): Drawn {
  const bounded = useMemo(
    () => layout.edges.map((edge) => ({ edge, bounds: edgeBounds(edge.points) })),
    [layout],
  );
  const { x, y, width, height } = snapOut(visibleRect(view, screen, 160), 320);
  return useMemo(() => {
    const rect = { x, y, width, height };
    return {
      nodes: inSight(layout.nodes, rect, new Set([stays])),
      edges: edgesInSight(bounded, rect),
    };
  }, [layout, bounded, x, y, width, height, stays]);
}

// The pointer comes first, then a path, then the selected node.
export function useHighlight(
  layout: Layout,
  path: readonly Step[] | null,
  hover: string | null,
  selected: string | null,
): Highlight {
  return useMemo(() => {
    if (hover !== null) return around(layout, hover);
    if (path) return along(layout, path);
    return selected === null ? noHighlight : around(layout, selected);
  }, [layout, path, hover, selected]);
}

// Moves the keyboard's focus to the node `id` once it is drawn, if `wanted` says so.
export function useFocusMove(
  svg: RefObject<SVGSVGElement | null>,
  wanted: RefObject<boolean>,
  id: string,
  drawn: Drawn,
): void {
  useEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    const all = [...(svg.current?.querySelectorAll<SVGGElement>('[data-node]') ?? [])];
    const body = all.find((g) => g.dataset.node === id)?.querySelector<SVGGElement>('.graph-body');
    body?.focus({ preventScroll: true });
  }, [svg, wanted, id, drawn]);
}

// The same functions for the life of the picture, so that a node is drawn again only when it
// changed; they call what was passed last.
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

// The node that Tab leads to: the one that had the keyboard, the selected one, the middle one.
export function useTabStop(layout: Layout, selected: string) {
  const [focused, setFocused] = useState<string | null>(null);
  const stop = [focused, selected].find((id) => id !== null && find(layout, id)) ?? layout.root;
  return [stop, setFocused] as const;
}
