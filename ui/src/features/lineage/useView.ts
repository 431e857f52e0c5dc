// The view as state: pointer, wheel, pinch and the size of the screen. The maths is in viewport.ts.
import type { RefObject } from 'react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Size, View } from './viewport';
import { pan, zoomAt } from './viewport';

export interface ViewControl {
  view: View;
  size: Size;
  setView: (next: View | ((view: View) => View)) => void;
  dragged: () => boolean; // true while, and just after, the picture is dragged: no click then
}

export function useView(element: RefObject<SVGSVGElement | null>): ViewControl {
  const [view, setView] = useState<View>({ x: 0, y: 0, k: 1 });
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const moved = useRef(false);

  useEffect(() => {
    const svg = element.current;
    if (!svg) return undefined;
    const measure = () => setSize({ width: svg.clientWidth, height: svg.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(svg);
    return () => observer.disconnect();
  }, [element]);

  useEffect(() => {
    const svg = element.current;
    if (!svg) return undefined;
    const pointers = new Map<number, { x: number; y: number }>();
    // Moves between two frames are gathered: the picture is drawn once a frame.
    let pending: ((view: View) => View)[] = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      const steps = pending;
      pending = [];
      setView((v) => steps.reduce((now, step) => step(now), v));
    };
    const push = (step: (view: View) => View) => {
      pending.push(step);
      if (frame === 0) frame = requestAnimationFrame(flush);
    };
    const at = (event: { clientX: number; clientY: number }) => {
      const box = svg.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const spread = () => {
      const [a, b] = [...pointers.values()];
      return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, at(event));
      moved.current = false;
    };
    const move = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      if (!moved.current && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
      if (!moved.current) {
        moved.current = true;
        svg.setPointerCapture(event.pointerId);
      }
      const wide = spread();
      pointers.set(event.pointerId, now);
      if (pointers.size === 2 && wide > 0) {
        const factor = spread() / wide;
        push((v) => zoomAt(v, now.x, now.y, factor));
      } else push((v) => pan(v, now.x - before.x, now.y - before.y));
    };
    const up = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : 1;
      const { x, y } = at(event);
      if (event.shiftKey) push((v) => pan(v, -(event.deltaY + event.deltaX) * unit, 0));
      else push((v) => zoomAt(v, x, y, Math.exp(-event.deltaY * unit * 0.0015)));
    };
    svg.addEventListener('pointerdown', down);
    svg.addEventListener('pointermove', move);
    svg.addEventListener('pointerup', up);
    svg.addEventListener('pointercancel', up);
    svg.addEventListener('wheel', wheel, { passive: false });
    return () => {
      cancelAnimationFrame(frame);
      svg.removeEventListener('pointerdown', down);
      svg.removeEventListener('pointermove', move);
      svg.removeEventListener('pointerup', up);
      svg.removeEventListener('pointercancel', up);
      svg.removeEventListener('wheel', wheel);
    };
  }, [element]);

  const dragged = useCallback(() => moved.current, []);
  return { view, size, setView, dragged };
}
