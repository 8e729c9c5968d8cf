// The canvas of the time bar between frames: its axis, what is drawn over it, and the one frame that draws it anew.

import { firstFrom, previousOfKind } from '../../src/trace/record/record-search.ts';
import { KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import { ORDER_MS, rangeUpTo, type TimeRange } from '../../src/trace/record/time-range.ts';
import type { History } from '../../src/trace/replay/history.ts';
import { clockOf } from '../format/clock.ts';
import { nextTask } from '../next-task.ts';
import {
  clampAxis,
  follow,
  followingOf,
  panAxis,
  placeOf,
  timeAt,
  wholeAxis,
  zoomAxis,
  type Axis,
  type Following,
  type Limits,
} from './axis.ts';
import { lanesOf, type Lanes } from './lanes.ts';
import { layoutBar, type BarLayout } from './layout.ts';
import { MarkIndex } from './mark-index.ts';
import { paintBar, readBarColors, type Overlay } from './paint.ts';
import { rangeFacts, type RangeFacts } from './range.ts';

/** What the bar is told of. */
export interface BarSource {
  readonly history: () => History | undefined;
  /** Guest time now, in milliseconds since the machine was built. */
  readonly nowMs: () => number;
  /** Time of the past moment that is looked at; null for the present. */
  readonly pastMs: () => number | null;
  /** The range that was chosen. */
  readonly range: () => TimeRange | null;
  readonly memoryBytes: () => number;
  /** The machine's endpoints in their order. */
  readonly endpoints: () => readonly number[];
  /** Called after each frame: what lies over the canvas goes along with the axis. */
  readonly onPaint?: () => void;
}

/** A click hits a fault's mark, or the present, from so far; in CSS pixels. */
const HIT_PX = 6;
/** Parts of a range that are shown on both sides of it. */
const BESIDE_RANGE = 0.04;
/**
 * Milliseconds of guest time after which a bar is drawn anew on which nothing has happened: an idle PC's clock goes on elsewhere,
 * and a frame costs as much of a processor as all else that it does in a second.
 */
const REST_MS = 5000;
const FAULTED = KIND_CODES.get('faulted') ?? -1;
const NO_LIMITS: Limits = { startMs: 0, endMs: 1 };

/** Another one when a record has more, or less, than before. */
function newestOf(history: History | undefined): string {
  if (history === undefined) return '';
  const { firstSequence, lastSequence, marks, droppedMarks } = history.record;
  return `${firstSequence} ${lastSequence} ${droppedMarks + marks.length}`;
}

export class BarView {
  readonly #canvas: HTMLCanvasElement;
  readonly #source: BarSource;
  #history: History | undefined;
  #marks: MarkIndex | undefined;
  #limits = NO_LIMITS;
  #axis: Axis = wholeAxis(NO_LIMITS, 0);
  #following: Following = 'whole';
  #height = 0;
  #colors = readBarColors();
  #layout: BarLayout | undefined;
  #lanes: Lanes | undefined;
  #hover: number | null = null;
  #frame = 0;
  #isDrawing = false;
  #isDisposed = false;
  /** Guest time that was drawn last, and up to what of the record. */
  #paintedMs = Number.NEGATIVE_INFINITY;
  #drawnOf = '';

  constructor(canvas: HTMLCanvasElement, source: BarSource) {
    this.#canvas = canvas;
    this.#source = source;
  }

  get axis(): Axis {
    return this.#axis;
  }

  /** What was drawn last. */
  get lanes(): Lanes | undefined {
    return this.#lanes;
  }

  /** All the time there is. */
  get limits(): Limits {
    return this.#limits;
  }

  /** At once: a canvas that changes its size is empty until it is drawn. */
  resize(width: number, height: number): void {
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#axis = { ...this.#axis, width };
    this.#height = height;
    this.#paint();
  }

  recolor(): void {
    this.#colors = readBarColors();
    this.request();
  }

  /** In a task of its own, as much else is made anew in this one; where the record has nothing new, only as time passes. */
  draw(): void {
    const history = this.#source.history();
    if (history === this.#history && newestOf(history) === this.#drawnOf) this.passTime();
    else void this.#drawSoon();
  }

  /** With the next frame. */
  request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /** Draws anew if time has gone on by a pixel, and by some seconds: an idle PC shall cost nothing. */
  passTime(): void {
    if (this.#following === 'nothing') return;
    const nowMs = this.#source.nowMs();
    if (Math.abs(nowMs - this.#paintedMs) < REST_MS) return;
    const passed = placeOf(this.#axis, nowMs) - this.#axis.width;
    if (Math.abs(passed) >= 1) void this.#drawSoon();
  }

  dispose(): void {
    this.#isDisposed = true;
    cancelAnimationFrame(this.#frame);
  }

  /** Shows `factor` times as much around a place; without one around what is pointed at or looked at. */
  zoom(factor: number, x = this.#focus): void {
    this.#moveTo(zoomAxis(this.#axis, this.#limits, factor, x));
  }

  pan(pixels: number): void {
    this.#moveTo(panAxis(this.#axis, this.#limits, pixels));
  }

  showWhole(): void {
    this.#moveTo(wholeAxis(this.#limits, this.#axis.width));
  }

  /** Shows the range, and a little beside it. */
  showRange(): void {
    const range = this.#source.range();
    if (range === null) return;
    const { width } = this.#axis;
    const besideMs = (range.toMs - range.fromMs) * BESIDE_RANGE;
    const axis = { startMs: range.fromMs - besideMs, endMs: range.toMs + besideMs, width };
    this.#moveTo(clampAxis(axis, this.#limits));
  }

  /** Place of a time, no farther out than the edges; in CSS pixels. */
  placeAt(timeMs: number): number {
    return Math.max(0, Math.min(this.#axis.width, placeOf(this.#axis, timeMs)));
  }

  setHover(x: number | null): void {
    if (this.#hover === x) return;
    this.#hover = x;
    this.request();
  }

  timeAt(x: number): number {
    return timeAt(this.#axis, x);
  }

  /** The moment at a place: that of a fault whose mark is near; null is the present. */
  momentAt(x: number): number | null {
    const record = this.#history?.record;
    if (record === undefined || record.lastSequence === 0) return null;
    if (x >= placeOf(this.#axis, this.#limits.endMs) - HIT_PX / 2) return null;
    const isFault = this.#layout?.faults.some((place) => Math.abs(place - x) <= HIT_PX);
    if (isFault === true) {
      const [from, to] = [this.timeAt(x - HIT_PX), this.timeAt(x + HIT_PX)];
      const fault = previousOfKind(record, FAULTED, firstFrom(record, to));
      if (fault !== undefined && fault >= firstFrom(record, from)) return fault;
    }
    return this.momentAtTime(this.timeAt(x));
  }

  /** The moment at a time; null is the present. */
  momentAtTime(timeMs: number): number | null {
    const record = this.#history?.record;
    if (record === undefined || record.lastSequence === 0 || timeMs >= this.#limits.endMs)
      return null;
    return Math.max(record.firstSequence, firstFrom(record, timeMs) - 1);
  }

  /** What happened in the range, up to the moment that is looked at; null without one. */
  rangeFacts(): RangeFacts | null {
    const [history, marks, range] = [this.#history, this.#marks, this.#source.range()];
    if (history === undefined || marks === undefined || range === null) return null;
    return rangeFacts(history, marks, rangeUpTo(range, this.#source.pastMs()));
  }

  /** Where a person looks, in CSS pixels: the pointer, the past moment if it is to be seen, the present. */
  get #focus(): number {
    const pastMs = this.#source.pastMs();
    const { width } = this.#axis;
    const place = this.#hover ?? placeOf(this.#axis, pastMs ?? this.#limits.endMs);
    return place >= 0 && place <= width + 1 ? Math.min(width, place) : width / 2;
  }

  async #drawSoon(): Promise<void> {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    await nextTask();
    this.#isDrawing = false;
    if (!this.#isDisposed) this.#paint();
  }

  #moveTo(axis: Axis): void {
    this.#following = followingOf(axis, this.#limits);
    this.#axis = follow(axis, this.#limits, this.#following);
    this.request();
  }

  #paint(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#paintedMs = this.#source.nowMs();
    const context = this.#canvas.getContext('2d');
    const { width } = this.#axis;
    if (context === null || width === 0) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const history = this.#source.history();
    if (history === undefined) {
      context.clearRect(0, 0, width, this.#height);
      return;
    }
    const marks = this.#follow(history);
    this.#drawnOf = newestOf(history);
    this.#lanes = lanesOf(history, marks, this.#axis);
    const facts = {
      height: this.#height,
      memoryBytes: this.#source.memoryBytes(),
      limits: this.#limits,
      isFromPowerOn: this.#isFromPowerOn(history),
    };
    this.#layout = layoutBar(this.#lanes, this.#axis, facts);
    const size = { width, height: this.#height };
    paintBar(context, this.#layout, this.#overlay(), this.#colors, size);
    this.#source.onPaint?.();
  }

  /** Takes in what has come since the last frame. */
  #follow(history: History): MarkIndex {
    if (history !== this.#history || this.#marks === undefined) {
      this.#history = history;
      this.#marks = new MarkIndex(history.record);
      this.#following = 'whole';
    }
    const marks = this.#marks;
    marks.update();
    const { record } = history;
    const firstMs = record.event(record.firstSequence)?.timeMs;
    const isCut = record.firstSequence > 1 || marks.firstMs === undefined;
    const startMs = isCut ? firstMs : Math.min(firstMs ?? Infinity, marks.firstMs ?? Infinity);
    const lastMs = record.event(record.lastSequence)?.timeMs ?? 0;
    // By order alone the last event takes its own place
    const endMs = Math.max(this.#source.nowMs(), lastMs + (record.head.facts.times ? 0 : ORDER_MS));
    this.#limits = { startMs: Math.min(startMs ?? endMs, endMs), endMs };
    this.#axis = follow(this.#axis, this.#limits, this.#following);
    return marks;
  }

  #isFromPowerOn({ record }: History): boolean {
    // Of other machines it is not known what ran first
    if (record.head.source !== 'viommu') return false;
    if (record.firstSequence <= 1) return true;
    return record.event(record.firstSequence)?.event.kind === 'power-cycled';
  }

  #hoverText(x: number): string {
    const { startMs, endMs } = this.#axis;
    const clock = clockOf(this.#history?.record.head.facts.times ?? true);
    const time = clock.fine(this.timeAt(x), endMs - startMs);
    return clock.isTime ? `${time} s` : time;
  }

  #overlay(): Overlay {
    const pastMs = this.#source.pastMs();
    const range = this.#source.range();
    const endpoints = this.#source.endpoints();
    const { devices, quiet } = this.#colors;
    return {
      live: pastMs === null ? placeOf(this.#axis, this.#limits.endMs) - 1 : null,
      past: pastMs === null ? null : placeOf(this.#axis, pastMs),
      range:
        range === null
          ? null
          : { from: placeOf(this.#axis, range.fromMs), to: placeOf(this.#axis, range.toMs) },
      hover: this.#hover === null ? null : { x: this.#hover, text: this.#hoverText(this.#hover) },
      deviceColor: (endpoint) =>
        devices[endpoints.indexOf(endpoint) % Math.max(1, devices.length)] ?? quiet,
    };
  }
}
