// What pointers do on the time bar: a click is a moment, a drag with the mouse a range, with a finger a look at each moment on
// its way; two fingers zoom and move.

import { rangeBetween, type TimeRange } from '../../src/trace/record/time-range.ts';
import { wheelMove } from '../canvas/wheel.ts';
import type { BarView } from '../timebar/bar-view.ts';

/** So far a click may slip; in CSS pixels. */
const SLIP_PX = 4;

export interface BarActions {
  readonly onLook: (sequence: number | null) => void;
  /** The same on the way, while a finger is down. */
  readonly onScrub: (sequence: number | null) => void;
  /** A range on the way to the one that is chosen. */
  readonly onDrag: (range: TimeRange) => void;
  readonly onRange: (range: TimeRange, move: 'push') => void;
}

interface Finger {
  x: number;
}

export class BarPointer {
  readonly #view: BarView;
  readonly #actions: BarActions;
  readonly #fingers = new Map<number, Finger>();
  #startX: number | null = null;
  /** The axis goes on with time. */
  #startMs = 0;
  #isDragged = false;
  /** Whether there were two fingers since the first came down. */
  #isPinch = false;

  constructor(view: BarView, actions: BarActions) {
    this.#view = view;
    this.#actions = actions;
  }

  down(event: PointerEvent, x: number): void {
    if (event.button !== 0) return;
    if (event.pointerType === 'touch') {
      this.#fingers.set(event.pointerId, { x });
      this.#isPinch = this.#fingers.size > 1;
      if (this.#isPinch) return;
    }
    this.#isDragged = false;
    this.#startX = x;
    this.#startMs = this.#timeAt(x);
  }

  move(event: PointerEvent, x: number): void {
    if (event.pointerType === 'touch') {
      this.#moveFinger(event.pointerId, x);
      return;
    }
    this.#view.setHover(x);
    const startX = this.#startX;
    if (startX === null) return;
    this.#isDragged ||= Math.abs(x - startX) > SLIP_PX;
    if (this.#isDragged) this.#actions.onDrag(this.#rangeTo(x));
  }

  up(event: PointerEvent, x: number): void {
    this.#fingers.delete(event.pointerId);
    const startX = this.#startX;
    this.#startX = null;
    if (startX === null || this.#isPinch) return;
    if (!this.#isDragged) this.#actions.onLook(this.#view.momentAt(x));
    else if (event.pointerType !== 'touch') this.#actions.onRange(this.#rangeTo(x), 'push');
  }

  cancel(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    this.#startX = null;
  }

  leave(): void {
    this.#view.setHover(null);
  }

  wheel(event: WheelEvent, x: number): void {
    event.preventDefault();
    const move = wheelMove(event);
    if (move.kind === 'pan') this.#view.pan(move.pixels);
    else this.#view.zoom(move.factor, x);
  }

  #rangeTo(x: number): TimeRange {
    return rangeBetween(this.#startMs, this.#timeAt(x));
  }

  #timeAt(x: number): number {
    return Math.max(0, this.#view.timeAt(Math.max(0, Math.min(this.#view.axis.width, x))));
  }

  #moveFinger(id: number, x: number): void {
    const finger = this.#fingers.get(id);
    if (finger === undefined) return;
    const other = [...this.#fingers].find(([each]) => each !== id)?.[1];
    if (other === undefined) {
      this.#isDragged ||= Math.abs(x - (this.#startX ?? x)) > SLIP_PX;
      if (this.#isDragged && !this.#isPinch) this.#actions.onScrub(this.#view.momentAt(x));
    } else {
      const middle = (x + other.x) / 2;
      const before = Math.abs(finger.x - other.x);
      const after = Math.abs(x - other.x);
      if (before > 0 && after > 0) this.#view.zoom(before / after, middle);
      this.#view.pan((finger.x + other.x) / 2 - middle);
    }
    finger.x = x;
  }
}
