// Where the picture is on the screen: screen = picture × scale + offset. Plain maths, no view
// library. All sizes in CSS pixels.

export interface Size {
  width: number;
  height: number;
}
export interface Rect extends Size {
  x: number;
  y: number;
}
export interface View {
  x: number;
  y: number;
  k: number; // scale
}

export const minScale = 0.05;
export const maxScale = 2.5;

export function clampScale(k: number): number {
  return Math.min(maxScale, Math.max(minScale, k));
}

// The scale changes, the point of the picture under (x, y) on the screen stays there.
export function zoomAt(view: View, x: number, y: number, factor: number): View {
  const k = clampScale(view.k * factor);
  const ratio = k / view.k;
  return { x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, k };
}

export function pan(view: View, dx: number, dy: number): View {
  return { x: view.x + dx, y: view.y + dy, k: view.k };
}

export function centerOn(rect: Rect, screen: Size, k: number): View {
  return {
    x: screen.width / 2 - (rect.x + rect.width / 2) * k,
    y: screen.height / 2 - (rect.y + rect.height / 2) * k,
    k,
  };
}

// All of `rect` in the middle of the screen, never larger than `largest`.
export function fit(rect: Rect, screen: Size, margin = 32, largest = 1.1): View {
  const width = Math.max(1, screen.width - 2 * margin);
  const height = Math.max(1, screen.height - 2 * margin);
  const k = Math.min(width / Math.max(1, rect.width), height / Math.max(1, rect.height), largest);
  return centerOn(rect, screen, clampScale(k));
}

// The first look: all of it if names can still be read, else the middle node and what fits.
export function firstView(all: Rect, root: Rect | undefined, screen: Size): View {
  const whole = fit(all, screen);
  const readable = 0.6;
  return root && whole.k < readable ? centerOn(root, screen, 0.8) : whole;
}

// What part of the picture is on the screen, `margin` screen pixels more on each side.
export function visibleRect(view: View, screen: Size, margin = 0): Rect {
  return {
    x: (-view.x - margin) / view.k,
    y: (-view.y - margin) / view.k,
    width: (screen.width + 2 * margin) / view.k,
    height: (screen.height + 2 * margin) / view.k,
  };
}

export function intersects(a: Rect, b: Rect): boolean {
  return (
    a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height
  );
}

// `rect` grown to a grid of `step`, so that it changes rarely while the view moves.
export function snapOut(rect: Rect, step: number): Rect {
  const x = Math.floor(rect.x / step) * step;
  const y = Math.floor(rect.y / step) * step;
  return {
    x,
    y,
    width: Math.ceil((rect.x + rect.width - x) / step) * step,
    height: Math.ceil((rect.y + rect.height - y) / step) * step,
  };
}

// The smallest move that brings `rect` onto the screen, with `margin` around it.
export function reveal(view: View, rect: Rect, screen: Size, margin = 48): View {
  const left = rect.x * view.k + view.x;
  const top = rect.y * view.k + view.y;
  const shift = (start: number, length: number, room: number) => {
    if (start < margin) return margin - start;
    const over = start + length - (room - margin);
    return over > 0 ? -Math.min(over, start - margin) : 0;
  };
  return pan(
    view,
    shift(left, rect.width * view.k, screen.width),
    shift(top, rect.height * view.k, screen.height),
  );
}
