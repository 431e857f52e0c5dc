// The partitions of a dataset as a picture: time along, lanes down. Drag or wheel moves and zooms,
// arrow keys move a cursor that is read out; the table beside it says the same in words.
import type { CSSProperties, KeyboardEvent, RefObject } from 'react';
import { useEffect, useEffectEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import { Icon } from '../../components/Icons';
import { Swatch } from '../../components/Swatch';
import { statusAt, statusText } from '../../lib/partitionStatus';
import { useThemeName } from '../../lib/theme';
import { axisTicks } from './axis';
import type { Grid } from './cells';
import { rankAt } from './cells';
import type { Area } from './heatCanvas';
import { axisHeight, HeatCanvas } from './heatCanvas';
import { areaOf, attachHeat } from './heatGestures';
import { moveCursor } from './heatKeys';
import type { Cell } from './heatView';
import { panBy, plotHeight, revealCell, viewOfRange, wholeView, zoomBy } from './heatView';
import { keyAt } from './keys';
import { shortKey } from '../../lib/partitionKey';
import type { Partitions } from './usePartitions';

export interface HeatMapProps {
  partitions: Partitions;
  shown: Grid; // the same grid, perhaps with some statuses taken out
  label: string;
  cursor: Cell | null;
  chosen: Area | null;
  compact?: boolean;
  onCursor: (cell: Cell | null) => void; // moved, not asked about
  onPick: (cell: Cell) => void; // asked about
  onChoose: (area: Area | null) => void;
}

interface Hover {
  cell: Cell;
  x: number;
  y: number;
  share: number; // of the width, so that the tip stays within
}

// "2026-10-01 · eu: stale, code"; of several partitions, what they are from and to.
export function cellText(p: Partitions, { column, row }: Cell): string {
  const lane = p.grid.lanes[row]?.key ?? '';
  const first = keyAt(p.index, column * p.bucket, lane);
  const status = statusText[statusAt(rankAt(p.grid, column, row))];
  if (p.bucket === 1) return `${first === null ? `cell ${column + 1}` : name(first)}: ${status}`;
  const end = Math.min((column + 1) * p.bucket, p.index.count) - 1;
  const last = keyAt(p.index, end, lane);
  return `${name(first ?? '')} to ${name(last ?? '')}: ${status} at worst`;
}

function name(key: string): string {
  return key === '' ? 'the only partition' : shortKey(key);
}

function useHeat(props: HeatMapProps, box: RefObject<HTMLDivElement | null>, height: number) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const heat = useRef<HeatCanvas | null>(null);
  const theme = useThemeName();
  const [hover, setHover] = useState<Hover | null>(null);
  const [choosing, setChoosing] = useState(false);
  const latest = useRef({ ...props, choosing });
  useEffect(() => {
    latest.current = { ...props, choosing };
  });
  useLayoutEffect(() => {
    if (!canvas.current || !box.current) return undefined;
    const picture = new HeatCanvas(canvas.current);
    heat.current = picture;
    const resize = () => {
      const width = box.current?.clientWidth ?? 0;
      picture.resize(width, height, globalThis.devicePixelRatio || 1);
    };
    resize();
    const observer = new ResizeObserver(resize);
    observer.observe(box.current);
    const detach = attachHeat(canvas.current, picture, {
      grid: () => latest.current.shown,
      choosing: () => latest.current.choosing,
      onHover: (cell, at) =>
        setHover(cell && { cell, ...at, share: at.x / (box.current?.clientWidth || 1) }),
      onPick: (cell) => latest.current.onPick(cell),
      onChoose: (area) => latest.current.onChoose(area),
    });
    return () => {
      detach();
      observer.disconnect();
      picture.stop();
      heat.current = null;
    };
  }, [box, height]);
  const { partitions, shown, cursor, chosen } = props;
  useLayoutEffect(() => {
    const { index, ticks, bucket } = partitions;
    heat.current?.show({
      grid: shown,
      theme,
      cursor,
      hover: hover?.cell ?? null,
      chosen,
      ticksOf: (view, plot) => axisTicks(index, ticks, bucket, view, plot),
    });
  }, [partitions, shown, theme, cursor, chosen, hover, height]);
  return { canvas, heat, hover, choosing, setChoosing };
}

function Tip({ hover, partitions }: { hover: Hover; partitions: Partitions }) {
  const status = statusAt(rankAt(partitions.grid, hover.cell.column, hover.cell.row));
  return (
    <div
      className={hover.y < 80 ? 'heat-tip is-below' : 'heat-tip'}
      style={{ left: hover.x, top: hover.y, '--share': hover.share } as CSSProperties}
      aria-hidden
    >
      <Swatch status={status} size={14} /> {cellText(partitions, hover.cell)}
    </div>
  );
}

interface ToolsProps {
  heat: RefObject<HeatCanvas | null>;
  grid: Grid;
  choosing: boolean;
  onChoosing: (on: boolean) => void;
}

function Tools({ heat, grid, choosing, onChoosing }: ToolsProps) {
  const zoom = (factor: number) =>
    heat.current?.move((view) => {
      const plot = heat.current?.plot ?? { width: 1, height: 1 };
      const middle = { px: plot.width / 2, py: plot.height / 2 };
      return zoomBy(view, middle, { x: factor, y: factor }, grid, plot);
    });
  const whole = () =>
    heat.current?.move(() => wholeView(grid, heat.current?.plot ?? { width: 1, height: 1 }));
  return (
    <div className="heat-tools">
      <button
        type="button"
        className="button"
        aria-pressed={choosing}
        title="Drag over cells to choose them (Shift and drag does it as well)"
        onClick={() => onChoosing(!choosing)}
      >
        Choose cells
      </button>
      <span className="heat-zoom">
        <button
          type="button"
          className="icon-button"
          aria-label="Zoom out"
          onClick={() => zoom(0.5)}
        >
          <Icon name="minus" />
        </button>
        <button type="button" className="icon-button" aria-label="Zoom in" onClick={() => zoom(2)}>
          <Icon name="plus" />
        </button>
        <button type="button" className="icon-button" aria-label="Show all" onClick={whole}>
          <Icon name="fit" />
        </button>
      </span>
    </div>
  );
}

// What a key does to the view; null: nothing.
function viewKey(heat: HeatCanvas, grid: Grid, key: string): boolean {
  const { plot } = heat;
  const middle = { px: plot.width / 2, py: plot.height / 2 };
  if (key === '+' || key === '=') {
    heat.move((view) => zoomBy(view, middle, { x: 1.6, y: 1.6 }, grid, plot));
  } else if (key === '-') {
    heat.move((view) => zoomBy(view, middle, { x: 0.625, y: 0.625 }, grid, plot));
  } else if (key === '0') heat.move(() => wholeView(grid, plot));
  else if (key === '[' || key === ']') {
    heat.move((view) => panBy(view, key === '[' ? plot.width / 3 : -plot.width / 3, 0));
  } else return false;
  return true;
}

export function HeatMap(props: HeatMapProps) {
  const { partitions, shown, label, cursor, chosen, compact, onCursor, onPick, onChoose } = props;
  const box = useRef<HTMLDivElement>(null);
  const height = axisHeight + plotHeight(shown.rows, 28, compact ? 150 : 440);
  const { canvas, heat, hover, choosing, setChoosing } = useHeat(props, box, height);
  const help = useId();
  const anchor = useRef<Cell | null>(null); // where choosing by keys began
  const reveal = useEffectEvent((area: Area) => {
    const row = Math.round((area.top + area.bottom) / 2);
    heat.current?.move(() =>
      viewOfRange({ ...area, row }, shown, heat.current?.plot ?? { width: 1, height: 1 }),
    );
  });
  // A link to chosen cells shows them.
  const first = useRef(chosen);
  useEffect(() => {
    if (first.current) reveal(first.current);
  }, []);
  const keys = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || !heat.current) return;
    const from = cursor ?? { column: shown.columns - 1, row: 0 };
    const to = moveCursor(shown, from, { key: event.key, ctrl: event.ctrlKey });
    if (to) {
      const target = cursor ? to : from;
      heat.current.move((view) =>
        revealCell(view, target, shown, heat.current?.plot ?? { width: 1, height: 1 }),
      );
      onCursor(target);
      if (event.shiftKey) {
        anchor.current ??= from;
        onChoose(areaOf(anchor.current, target));
      } else anchor.current = null;
    } else if (event.key === 'Enter' || event.key === ' ') onPick(from);
    else if (event.key === 'Escape') {
      anchor.current = null;
      onChoose(null);
    } else if (!viewKey(heat.current, shown, event.key)) return;
    event.preventDefault();
  };
  return (
    <div className={compact ? 'heat is-compact' : 'heat'}>
      <Tools heat={heat} grid={shown} choosing={choosing} onChoosing={setChoosing} />
      <div
        ref={box}
        className={choosing ? 'heat-box is-choosing' : 'heat-box'}
        role="application"
        aria-roledescription="heat map"
        aria-label={label}
        aria-describedby={help}
        tabIndex={0}
        onKeyDown={keys}
      >
        <canvas ref={canvas} style={{ height }} />
        {hover && <Tip hover={hover} partitions={partitions} />}
      </div>
      <p className="visually-hidden" id={help}>
        Arrow keys move the cursor, with Control to where the status changes, with Shift to choose.
        Enter explains. Plus, minus and 0 zoom, brackets move the picture.
      </p>
      <p className="visually-hidden" role="status">
        {cursor ? cellText(partitions, cursor) : ''}
      </p>
    </div>
  );
}
