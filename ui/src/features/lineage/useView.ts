// The view as state: moved by gestures, bounded by the size of the element.
import type { RefObject } from 'react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Attached } from './gestures';
import { attachGestures } from './gestures';
import type { Size, View } from './viewport';

export type SetView = (next: View | ((view: View) => View)) => void;

export interface ViewControl {
  view: View;
  size: Size;
  setView: SetView;
  dragged: () => boolean; // true while, and just after, the picture is dragged: no click then
}

function useSize(element: RefObject<SVGSVGElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const svg = element.current;
    if (!svg) return undefined;
    const measure = () => setSize({ width: svg.clientWidth, height: svg.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(svg);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

export function useView(element: RefObject<SVGSVGElement | null>): ViewControl {
  const [view, setView] = useState<View>({ x: 0, y: 0, k: 1 });
  const attached = useRef<Attached | null>(null);
  useEffect(() => {
    if (!element.current) return undefined;
    const gestures = attachGestures(element.current, setView);
    attached.current = gestures;
    return gestures.detach;
  }, [element]);
  const dragged = useCallback(() => attached.current?.dragged() ?? false, []);
  return { view, size: useSize(element), setView, dragged };
}
