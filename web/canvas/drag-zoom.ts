// What pointers do on a map: a drag moves it, the wheel and two fingers zoom, a click picks. Places and distances in CSS pixels
// of the canvas.

import { wheelMove } from './wheel.ts';

/** So far a click may slip. */
const SLIP_PX = 4;

export interface MapGestures {
  /** The map is moved under the pointer. */
  readonly onDrag: (dx: number, dy: number) => void;
  /** Shows `factor` times as much; returns whether that changes anything. */
  readonly onZoom: (factor: number, x: number, y: number) => boolean;
  readonly onPick: (x: number, y: number) => void;
  /** Null when the pointer leaves. */
  readonly onPoint: (place: { readonly x: number; readonly y: number } | null) => void;
}

interface Finger {
  x: number;
  y: number;
}

export class DragZoom {
  readonly #gestures: MapGestures;
  readonly #fingers = new Map<number, Finger>();
  #start: Finger | null = null;
  #isDragged = false;

  constructor(gestures: MapGestures) {
    this.#gestures = gestures;
  }

  /** Listens to a canvas; returns what ends that. */
  listen(canvas: HTMLCanvasElement): () => void {
    const ends = new AbortController();
    const { signal } = ends;
    canvas.addEventListener('pointerdown', (event) => this.#down(canvas, event), { signal });
    canvas.addEventListener('pointermove', (event) => this.#move(event), { signal });
    canvas.addEventListener('pointerup', (event) => this.#up(event), { signal });
    canvas.addEventListener('pointercancel', (event) => this.#cancel(event), { signal });
    canvas.addEventListener('pointerleave', () => this.#gestures.onPoint(null), { signal });
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false });
    return () => ends.abort();
  }

  #down(canvas: HTMLCanvasElement, event: PointerEvent): void {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (this.#fingers.size > 1) {
      this.#start = null;
      return;
    }
    this.#start = { x: event.offsetX, y: event.offsetY };
    this.#isDragged = false;
  }

  #move(event: PointerEvent): void {
    const [x, y] = [event.offsetX, event.offsetY];
    const finger = this.#fingers.get(event.pointerId);
    if (finger === undefined) {
      this.#gestures.onPoint({ x, y });
      return;
    }
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) this.#pinch(finger, other, x, y);
    else if (this.#start !== null) {
      this.#isDragged ||= Math.hypot(x - this.#start.x, y - this.#start.y) > SLIP_PX;
      if (!this.#isDragged) return;
      this.#gestures.onDrag(x - finger.x, y - finger.y);
    }
    finger.x = x;
    finger.y = y;
  }

  #pinch(finger: Finger, other: Finger, x: number, y: number): void {
    const before = Math.hypot(finger.x - other.x, finger.y - other.y);
    const after = Math.hypot(x - other.x, y - other.y);
    const middle = { x: (x + other.x) / 2, y: (y + other.y) / 2 };
    if (before > 0 && after > 0) this.#gestures.onZoom(before / after, middle.x, middle.y);
    this.#gestures.onDrag((x - finger.x) / 2, (y - finger.y) / 2);
  }

  #up(event: PointerEvent): void {
    const isClick = this.#start !== null && !this.#isDragged;
    this.#cancel(event);
    if (isClick) this.#gestures.onPick(event.offsetX, event.offsetY);
  }

  #cancel(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    this.#start = null;
  }

  /** What changes nothing here scrolls the page. */
  #wheel(event: WheelEvent): void {
    const move = wheelMove(event);
    if (move.kind === 'pan') {
      event.preventDefault();
      this.#gestures.onDrag(-move.pixels, 0);
      return;
    }
    const { factor } = move;
    if (this.#gestures.onZoom(factor, event.offsetX, event.offsetY)) event.preventDefault();
  }
}
