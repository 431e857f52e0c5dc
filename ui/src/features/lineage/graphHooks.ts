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
import { firstView, reveal, snapOut, visibleRect } from './viewport';

const find = (layout: Layout, id: string) => layout.nodes.find((n) => n.id === id);

interface Placed {
  id: string;
  x: number;
  y: number;
}

interface Picture<N extends Placed> {
  root: string;
  nodes: N[];
}

// The picture, laid so that what was there stays where it is on the screen although the server laid
// it out anew: `anchor` (or the middle node, or whatever both pictures have) keeps its place, and
// the view need not move. Another middle is another picture.
export function useSteady<N extends Placed, P extends Picture<N>>(
  layout: P,
  anchor: string,
  moved: (layout: P, dx: number, dy: number) => P,
): P {
  const [held, setHeld] = useState({ layout, steady: layout });
  if (held.layout === layout) return held.steady;
  const steady = layout.root === held.steady.root ? moved(layout, ...shift()) : layout;
  setHeld({ layout, steady });
  return steady;

  function shift(): [number, number] {
    const was = new Map(held.steady.nodes.map((n) => [n.id, n]));
    const is =
      [anchor, layout.root]
        .map((id) => layout.nodes.find((n) => n.id === id && was.has(id)))
        .find((n) => n !== undefined) ?? layout.nodes.find((n) => was.has(n.id));
    const before = is && was.get(is.id);
    return before ? [before.x - is.x, before.y - is.y] : [0, 0];
  }
}

// The first look at a picture, once the size of the screen is known.
export function useFirstView(
  root: string,
  middle: Rect | undefined,
  bounds: Rect,
  screen: Size,
  setView: SetView,
): void {
  const seen = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (screen.width === 0 || seen.current === root) return;
    seen.current = root;
    setView(firstView(bounds, middle, screen));
  }, [root, middle, bounds, screen, setView]);
}

// The end of a path, or a node that was selected elsewhere, comes into sight: once, so that the
// view stays when the picture changes with time.
export function useReveal(
  goal: string,
  rect: Rect | undefined,
  screen: Size,
  setView: SetView,
): void {
  const revealed = useRef<string | null>(null);
  useEffect(() => {
    if (!rect || screen.width === 0 || revealed.current === goal) return;
    revealed.current = goal;
    setView((view) => reveal(view, rect, screen));
  }, [goal, rect, screen, setView]);
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
