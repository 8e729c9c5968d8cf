// What a turn of the wheel means: sideways it moves, else it zooms.

/** A whole fast turn; some devices and scripts tell of far more at once. In CSS pixels. */
const MOST_PX = 200;
const ZOOM_PER_PX = 0.0025;

export type WheelMove =
  | { readonly kind: 'pan'; readonly pixels: number }
  /** Shows `factor` times as much. */
  | { readonly kind: 'zoom'; readonly factor: number };

type Turn = Pick<WheelEvent, 'shiftKey' | 'deltaX' | 'deltaY'>;

export function wheelMove({ shiftKey, deltaX, deltaY }: Turn): WheelMove {
  if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
    return { kind: 'pan', pixels: deltaX === 0 ? deltaY : deltaX };
  }
  const pixels = Math.max(-MOST_PX, Math.min(MOST_PX, deltaY));
  return { kind: 'zoom', factor: Math.exp(pixels * ZOOM_PER_PX) };
}
