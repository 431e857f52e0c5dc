// Drag, pinch and wheel on an element, as changes of a view. No view library: a list of listeners
// that can be taken off again.
import type { View } from './viewport';
import { pan, zoomAt } from './viewport';

type Step = (view: View) => View;

interface Point {
  x: number;
  y: number;
}

const threshold = 4; // pixels: less is a click

class Gestures {
  private readonly pointers = new Map<number, Point>();
  private pending: Step[] = [];
  private frame = 0;
  dragged = false; // since the last press

  constructor(
    private readonly element: SVGSVGElement,
    private readonly apply: (step: Step) => void,
  ) {}

  // Moves between two frames are gathered: the picture is drawn once a frame.
  private push(step: Step): void {
    this.pending.push(step);
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const steps = this.pending;
      this.pending = [];
      this.apply((view) => steps.reduce((now, next) => next(now), view));
    });
  }

  private at(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private spread(): number {
    const [a, b] = [...this.pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.pointers.set(event.pointerId, this.at(event));
    this.dragged = false;
  };

  move = (event: PointerEvent): void => {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.at(event);
    if (!this.dragged) {
      if (Math.hypot(now.x - before.x, now.y - before.y) < threshold) return;
      this.dragged = true;
      this.element.setPointerCapture(event.pointerId);
    }
    const wide = this.spread();
    this.pointers.set(event.pointerId, now);
    if (this.pointers.size === 2 && wide > 0) {
      const factor = this.spread() / wide;
      this.push((view) => zoomAt(view, now.x, now.y, factor));
    } else {
      this.push((view) => pan(view, now.x - before.x, now.y - before.y));
    }
  };

  up = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
  };

  wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const { x, y } = this.at(event);
    const along = (event.deltaY + event.deltaX) * unit;
    if (event.shiftKey) this.push((view) => pan(view, -along, 0));
    else this.push((view) => zoomAt(view, x, y, Math.exp(-event.deltaY * unit * 0.0015)));
  };

  stop(): void {
    cancelAnimationFrame(this.frame);
  }
}

export interface Attached {
  dragged: () => boolean;
  detach: () => void;
}

export function attachGestures(element: SVGSVGElement, apply: (step: Step) => void): Attached {
  const gestures = new Gestures(element, apply);
  const off = new AbortController();
  const { signal } = off;
  element.addEventListener('pointerdown', gestures.down, { signal });
  element.addEventListener('pointermove', gestures.move, { signal });
  element.addEventListener('pointerup', gestures.up, { signal });
  element.addEventListener('pointercancel', gestures.up, { signal });
  element.addEventListener('wheel', gestures.wheel, { signal, passive: false });
  return {
    dragged: () => gestures.dragged,
    detach: () => {
      off.abort();
      gestures.stop();
    },
  };
}
