// A tree of costs to look at and to walk: round, or as slabs from left to right. A tree for screen
// readers too: arrows walk it, Enter goes into a piece, Escape out again.
import type { KeyboardEvent } from 'react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { quantity, trendOf } from '../../lib/measures';
import { keepEnd, shorten } from '../../lib/nodeId';
import type { Label, Piece, Pieces, Shape } from './arcs';
import { arcOf, icicle, keySteps, slabOf, stepFrom, sunburst } from './arcs';
import type { Scale } from './words';
import { changeSign, nameOf, pieceText } from './words';

export const hues = 8; // classes in costs.css

interface Props {
  tree: Pieces;
  shape: 'sunburst' | 'icicle';
  label: string;
  scale: Scale;
  place: string; // changes when another piece is in the middle
  active: string | null; // id of the piece that is pointed at
  canEnter: (piece: Piece) => boolean;
  onActive: (id: string | null) => void;
  onEnter: (piece: Piece) => void;
  onLeave: () => void; // one step out
}

// What is put together is hatched.
export function Hatch() {
  return (
    <defs>
      <pattern
        id="arc-hatch"
        width="7"
        height="7"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <path className="arc-hatch-line" d="M0 0V7" />
      </pattern>
    </defs>
  );
}

function lookOf(piece: Piece, comparing: boolean): string {
  if (piece.depth === 0) return 'arc is-root';
  const others = piece.others > 0 ? ' is-other' : '';
  if (comparing) return `arc trend-${trendOf(piece.value, piece.before ?? 0)}${others}`;
  return `arc hue-${piece.hue % hues} ring-${Math.min(piece.depth, 4)}${others}`;
}

function Text({ label, text, sign }: { label: Label; text: string; sign: string }) {
  const id = useId();
  const { along, x, y, turn, anchor, room } = label;
  const written = sign === '' ? keepEnd(text, room) : `${sign} ${keepEnd(text, room - 2)}`;
  if (along !== null) {
    return (
      <g aria-hidden>
        <path id={id} d={along} fill="none" pointerEvents="none" />
        <text className="arc-label" textAnchor={anchor}>
          <textPath href={`#${id}`} startOffset="50%">
            {written}
          </textPath>
        </text>
      </g>
    );
  }
  return (
    <text
      className="arc-label"
      transform={`translate(${x} ${y})${turn === 0 ? '' : ` rotate(${turn})`}`}
      textAnchor={anchor}
      dominantBaseline="central"
      aria-hidden
    >
      {written}
    </text>
  );
}

function Middle({ root, scale, shape }: { root: Piece; scale: Scale; shape: Props['shape'] }) {
  const value = quantity(root.value, scale.measure, scale.unit);
  const name = nameOf(root);
  const round = shape === 'sunburst';
  const x = round ? 0 : icicle.root / 2;
  const y = round ? 0 : 26;
  return (
    <g aria-hidden>
      <text className="arc-total" x={x} y={y - 4} textAnchor="middle">
        {shorten(value, 15)}
      </text>
      <text className="arc-name" x={x} y={y + 13} textAnchor="middle">
        {shorten(name, round ? 19 : 17)}
      </text>
    </g>
  );
}

interface PieceProps extends Props {
  piece: Piece;
  shape_: Shape;
  index: number;
  tabbable: boolean;
  onFocus: () => void;
}

function PieceShape({ piece, shape_, index, tabbable, onFocus, ...p }: PieceProps) {
  const { scale } = p;
  const before = piece.before ?? 0;
  return (
    <g
      role="treeitem"
      aria-level={piece.depth + 1}
      aria-posinset={piece.position}
      aria-setsize={piece.siblings}
      aria-label={pieceText(piece, scale)}
      aria-selected={p.active === piece.id}
      tabIndex={tabbable ? 0 : -1}
      data-piece={index}
      className={p.canEnter(piece) || piece.depth === 0 ? 'arc-piece can-enter' : 'arc-piece'}
      onFocus={onFocus}
      onPointerEnter={() => p.onActive(piece.id)}
      onClick={() => (piece.depth === 0 ? p.onLeave() : p.onEnter(piece))}
    >
      <path className={lookOf(piece, scale.comparing)} d={shape_.d} />
      {piece.others > 0 && <path className="arc-hatch" d={shape_.d} />}
      {shape_.label && piece.depth > 0 && (
        <Text
          label={shape_.label}
          text={piece.name}
          sign={scale.comparing ? changeSign(piece.value, before) : ''}
        />
      )}
    </g>
  );
}

// The piece that has the focus, by its id, as long as it is in the picture.
function useWalk({ tree, place, onActive, onEnter, onLeave }: Props) {
  const [at, setAt] = useState('[]');
  const [seen, setSeen] = useState(false); // the focus is somewhere in the picture
  const svg = useRef<SVGSVGElement>(null);
  const index = Math.max(
    0,
    tree.pieces.findIndex((piece) => piece.id === at),
  );
  const focus = (to: number) =>
    svg.current?.querySelector<SVGGElement>(`[data-piece="${to}"]`)?.focus();
  const wasIn = useRef(false);
  useEffect(() => {
    wasIn.current = seen;
  }, [seen]);
  // Who walked into a piece goes on from the middle.
  useEffect(() => {
    setAt('[]');
    if (wasIn.current) svg.current?.querySelector<SVGGElement>('[data-piece="0"]')?.focus();
  }, [place]);
  const keys = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const piece = tree.pieces[index];
    const step = keySteps[event.key];
    if (step) focus(stepFrom(tree.pieces, index, step));
    else if ((event.key === 'Enter' || event.key === ' ') && piece) {
      if (piece.depth === 0) onLeave();
      else onEnter(piece);
    } else if (event.key === 'Escape' || event.key === 'Backspace') onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focused = (piece: Piece) => {
    setAt(piece.id);
    setSeen(true);
    onActive(piece.id);
  };
  return { svg, index, seen, keys, focused, left: () => setSeen(false) };
}

export function Picture(props: Props) {
  const { tree, shape, scale, label } = props;
  const walk = useWalk(props);
  const { pieces, depth } = tree;
  const shapes = useMemo(
    () => pieces.map((piece) => (shape === 'sunburst' ? arcOf : slabOf)(piece, depth)),
    [pieces, depth, shape],
  );
  const { radius } = sunburst;
  const box =
    shape === 'sunburst'
      ? `${-radius - 4} ${-radius - 4} ${2 * radius + 8} ${2 * radius + 8}`
      : `-2 -2 ${icicle.width + 4} ${icicle.height + 4}`;
  const ring = walk.seen ? shapes[walk.index] : undefined;
  return (
    <svg
      ref={walk.svg}
      className={`burst is-${shape}`}
      viewBox={box}
      role="tree"
      aria-label={label}
      onKeyDown={walk.keys}
      onBlur={walk.left}
      onPointerLeave={() => props.onActive(null)}
    >
      <Hatch />
      {pieces.map((piece, i) => (
        <PieceShape
          key={piece.id}
          {...props}
          piece={piece}
          shape_={shapes[i] ?? { d: '', label: null }}
          index={i}
          tabbable={i === walk.index}
          onFocus={() => walk.focused(piece)}
        />
      ))}
      {pieces[0] && <Middle root={pieces[0]} scale={scale} shape={shape} />}
      {ring && <path className="arc-focus" d={ring.d} />}
    </svg>
  );
}
