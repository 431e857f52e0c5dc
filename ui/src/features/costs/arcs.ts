// A tree of costs as pieces of a turn: who lies where, and where their outlines run. No view library.
import type { CostNode } from './useCosts';

export interface Piece {
  id: string;
  keys: string[]; // from below the root
  depth: number; // 0: the root
  name: string;
  value: number;
  before: number | null; // of the interval compared with
  others: number; // so many it stands for; 0: it is one itself
  node: CostNode | null; // null: it stands for others
  start: number; // of the whole, from 0 to 1
  end: number;
  hue: number; // that of its ancestor in the first ring; -1: the root
  parent: number; // index; -1: the root
  position: number; // among its siblings, from 1
  siblings: number;
}

export interface Pieces {
  pieces: Piece[]; // ring by ring; within one in the order of the turn
  depth: number; // of the outermost
  flat: number; // parts without an area: nothing or less was booked
}

interface Part {
  node: CostNode | null;
  key: string;
  name: string;
  value: number;
  before: number | null;
  others: number;
}

export function otherName(count: number): string {
  return count === 1 ? '1 other' : `${count.toLocaleString('en')} others`;
}

export function partsOf(node: CostNode): Part[] {
  const parts: Part[] = node.children.map((child) => ({
    node: child,
    key: child.key,
    name: child.name,
    value: child.value,
    before: child.before ?? null,
    others: 0,
  }));
  const { other } = node;
  if (other && other.count > 0) {
    parts.push({
      node: null,
      key: '',
      name: otherName(other.count),
      value: other.value,
      before: other.before ?? null,
      others: other.count,
    });
  }
  return parts;
}

// The parts of a piece fill as much of it as they are of it: more than it is, because others of them
// are below zero, and they share all of it.
function within(parent: Piece, index: number, parts: readonly Part[]): Piece[] {
  const drawn = parts.filter((part) => part.value > 0);
  const sum = drawn.reduce((all, part) => all + part.value, 0);
  const whole = Math.max(sum, parent.value);
  const extent = parent.end - parent.start;
  let done = 0;
  return drawn.map((part, i) => {
    const start = parent.start + extent * (done / whole);
    done += part.value;
    const keys = [...parent.keys, part.key];
    return {
      id: JSON.stringify([...keys, part.others]),
      keys,
      depth: parent.depth + 1,
      name: part.name,
      value: part.value,
      before: part.before,
      others: part.others,
      node: part.node,
      start,
      end: parent.start + extent * (done / whole),
      hue: parent.depth === 0 ? i : parent.hue,
      parent: index,
      position: i + 1,
      siblings: drawn.length,
    };
  });
}

export function piecesOf(root: CostNode): Pieces {
  const first: Piece = {
    id: '[]',
    keys: [],
    depth: 0,
    name: root.name,
    value: root.value,
    before: root.before ?? null,
    others: 0,
    node: root,
    start: 0,
    end: 1,
    hue: -1,
    parent: -1,
    position: 1,
    siblings: 1,
  };
  const pieces = [first];
  let flat = 0;
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at];
    if (!piece?.node) continue;
    const parts = partsOf(piece.node);
    const drawn = within(piece, at, parts);
    flat += parts.length - drawn.length;
    pieces.push(...drawn);
  }
  return { pieces, depth: pieces.at(-1)?.depth ?? 0, flat };
}

export type Step = 'previous' | 'next' | 'in' | 'out' | 'first' | 'last';

// Where an arrow leads: along the ring and round it, inwards to what a piece is part of, outwards to
// the first of its parts; to the first and last of its siblings.
export function stepFrom(pieces: readonly Piece[], at: number, step: Step): number {
  const here = pieces[at];
  if (!here) return 0;
  if (step === 'in') return Math.max(0, here.parent);
  const indexes = (test: (piece: Piece) => boolean) =>
    pieces.flatMap((piece, i) => (test(piece) ? [i] : []));
  if (step === 'out') return indexes((p) => p.parent === at)[0] ?? at;
  if (step === 'first' || step === 'last') {
    return indexes((p) => p.parent === here.parent).at(step === 'first' ? 0 : -1) ?? at;
  }
  const ring = indexes((p) => p.depth === here.depth);
  const place = ring.indexOf(at) + (step === 'next' ? 1 : ring.length - 1);
  return ring[place % ring.length] ?? at;
}

export const keySteps: Record<string, Step> = {
  ArrowLeft: 'previous',
  ArrowRight: 'next',
  ArrowUp: 'in',
  ArrowDown: 'out',
  Home: 'first',
  End: 'last',
};

export interface Label {
  x: number;
  y: number;
  turn: number; // degrees
  anchor: 'start' | 'middle' | 'end';
  room: number; // characters
  along: string | null; // the curve that it follows, in place of a point and a turn
}

export interface Shape {
  d: string;
  label: Label | null; // null: there is no room
}

const fixed = (n: number) => Number(n.toFixed(2));

// From the top, clockwise.
function at(radius: number, turn: number): string {
  const angle = turn * 2 * Math.PI;
  return `${fixed(radius * Math.sin(angle))} ${fixed(-radius * Math.cos(angle))}`;
}

export function arcPath(inner: number, outer: number, start: number, end: number): string {
  if (end - start >= 1 - 1e-9) {
    const ring = (r: number, sweep: 0 | 1) =>
      `M${at(r, 0)}A${r} ${r} 0 1 ${sweep} ${at(r, 0.5)}A${r} ${r} 0 1 ${sweep} ${at(r, 0)}Z`;
    return inner > 0 ? ring(outer, 1) + ring(inner, 0) : ring(outer, 1);
  }
  const large = end - start > 0.5 ? 1 : 0;
  const out = `M${at(outer, start)}A${fixed(outer)} ${fixed(outer)} 0 ${large} 1 ${at(outer, end)}`;
  if (inner <= 0) return `${out}L0 0Z`;
  return `${out}L${at(inner, end)}A${fixed(inner)} ${fixed(inner)} 0 ${large} 0 ${at(inner, start)}Z`;
}

export const sunburst = { radius: 296, hole: 70 };
const letter = 6.2; // about, in a label
const line = 13; // what a label needs across

// Where a ring begins and how wide it is: the inner ones, whose names are read first, are wider.
function ringOf(ring: number, depth: number): { inner: number; width: number } {
  const weight = (r: number) => 1 + 0.6 / r;
  const sum = (n: number) =>
    Array.from({ length: n }, (_, i) => weight(i + 1)).reduce((a, b) => a + b, 0);
  const unit = (sunburst.radius - sunburst.hole) / sum(Math.max(1, depth));
  return { inner: sunburst.hole + unit * sum(ring - 1), width: unit * weight(ring) };
}

// Along the arc where that gives more room than across the ring; in the lower half the other way
// round, so that nothing stands on its head. At most half a turn.
function arcLabel(piece: Piece, inner: number, width: number): Label | null {
  const turn = Math.min(0.5, piece.end - piece.start);
  const middle = (piece.start + piece.end) / 2;
  const radius = inner + width / 2;
  const length = turn * 2 * Math.PI * radius;
  const room = Math.floor((Math.max(width, length) - 10) / letter);
  if (length < line || room < 3) return null;
  const angle = middle * 2 * Math.PI;
  const place = {
    x: fixed(radius * Math.sin(angle)),
    y: fixed(-radius * Math.cos(angle)),
    anchor: 'middle' as const,
    room,
  };
  if (length > width) return { ...place, turn: 0, along: curve(radius, middle, turn) };
  const right = middle <= 0.5;
  return { ...place, turn: fixed(middle * 360 + (right ? -90 : 90)), along: null };
}

// Letters stand on it, so it lies a little below the middle of the ring.
function curve(radius: number, middle: number, turn: number): string {
  const half = turn / 2;
  const over = middle < 0.25 || middle > 0.75;
  const r = fixed(over ? radius - 4 : radius + 4);
  const [from, to] = over ? [middle - half, middle + half] : [middle + half, middle - half];
  return `M${at(r, from)}A${r} ${r} 0 0 ${over ? 1 : 0} ${at(r, to)}`;
}

export function arcOf(piece: Piece, depth: number): Shape {
  if (piece.depth === 0) return { d: arcPath(0, sunburst.hole - 3, 0, 1), label: null };
  const { inner, width } = ringOf(piece.depth, depth);
  return {
    d: arcPath(inner, inner + width, piece.start, piece.end),
    label: arcLabel(piece, inner, width),
  };
}

export const icicle = { width: 640, height: 560, root: 126 };

export function slabOf(piece: Piece, depth: number): Shape {
  const column = (icicle.width - icicle.root) / Math.max(1, depth);
  const x = piece.depth === 0 ? 0 : icicle.root + (piece.depth - 1) * column;
  const width = piece.depth === 0 ? icicle.root : column;
  const y = piece.start * icicle.height;
  const height = (piece.end - piece.start) * icicle.height;
  const room = Math.floor((width - 14) / letter);
  return {
    d: `M${fixed(x)} ${fixed(y)}h${fixed(width)}v${fixed(height)}h${fixed(-width)}Z`,
    label:
      height < line + 2 || room < 3
        ? null
        : {
            x: fixed(x + 7),
            y: fixed(y + Math.min(height / 2, 16)),
            turn: 0,
            anchor: 'start',
            room,
            along: null,
          },
  };
}
