// The canvas of the address space map between frames: what of the axis is shown, where the keyboard's mark is, and the one
// frame that draws it anew.

import { Pointed, type Place } from '../canvas/pointed.ts';
import { formatAddress } from '../format/address.ts';
import type { MappingChange } from '../model/watched-domain.ts';
import { EMPTY_FOLD, type Fold } from '../picture/fold.ts';
import {
  addressAt,
  carryWindow,
  isSameAxis,
  isWhole,
  panWindow,
  placeOf,
  showRange,
  wholeWindow,
  zoomWindow,
  type Stretch,
  type Window,
} from './axis.ts';
import { mapPartAt, partKey, partOf, type MapPart } from './hit.ts';
import { GLOW_MS, layoutMap, type MapLayout } from './layout.ts';
import { paintMap, readMapColors, type MapColors } from './paint.ts';
import { axisFor, foldFor, type AddressSpace } from './space.ts';

export interface MapPorts {
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  /** Calls back before the next frame is painted. */
  readonly onNextFrame: (callback: () => void) => void;
}

/** And who is told of what the pointer, or the keyboard's mark, is at; null where there is nothing. */
export interface MapViewPorts extends MapPorts {
  readonly onPoint: (part: MapPart | null) => void;
}

export interface MapContent {
  readonly space: AddressSpace;
  /** What the space is of: another one is another machine. */
  readonly life: unknown;
  /** Newest last. */
  readonly changes: readonly MappingChange[];
  /** What is selected. */
  readonly lit: readonly Stretch[];
  readonly isFolded: boolean;
  /** Nothing moves by itself. */
  readonly isStill: boolean;
}

export class MapView {
  readonly #canvas: HTMLCanvasElement;
  readonly #ports: MapPorts;
  readonly #pointed: Pointed<MapPart>;
  #colors: MapColors = readMapColors();
  #width = 0;
  #height = 0;
  #content: MapContent | null = null;
  #fold: Fold = EMPTY_FOLD;
  #window: Window | null = null;
  #layout: MapLayout | null = null;
  #cursor: bigint | null = null;
  #onLayout: ((layout: MapLayout) => void) | null = null;
  #isAsked = false;
  #isDisposed = false;

  constructor(canvas: HTMLCanvasElement, ports: MapViewPorts) {
    this.#canvas = canvas;
    this.#ports = ports;
    this.#pointed = new Pointed(partKey, ports.onPoint);
  }

  get isWhole(): boolean {
    return this.#window === null || isWhole(this.#window);
  }

  /** What was drawn last. */
  get layout(): MapLayout | null {
    return this.#layout;
  }

  /** At once: a canvas that changes its size is empty until it is drawn. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#follow();
    this.#paint();
  }

  recolor(): void {
    this.#colors = readMapColors();
    this.request();
  }

  show(content: MapContent | null): void {
    const before = this.#content;
    this.#content = content;
    const isOther =
      content?.life !== before?.life || content?.space.domain !== before?.space.domain;
    if (isOther) {
      this.#fold = EMPTY_FOLD;
      this.#window = null;
      this.#cursor = null;
    }
    this.#follow();
    this.request();
  }

  /** Tells of each layout from now on. */
  tell(onLayout: ((layout: MapLayout) => void) | null): void {
    this.#onLayout = onLayout;
    if (this.#layout !== null) onLayout?.(this.#layout);
  }

  /** Paints with the next frame. */
  request(): void {
    if (this.#isAsked || this.#isDisposed) return;
    this.#isAsked = true;
    this.#ports.onNextFrame(() => {
      this.#isAsked = false;
      if (!this.#isDisposed) this.#paint();
    });
  }

  dispose(): void {
    this.#isDisposed = true;
  }

  /**
   * Shows `factor` times as much, with what is at a place where it was; the keyboard's mark, or the middle, where none is told. Returns whether
   * that changes anything.
   */
  zoom(factor: number, x?: number): boolean {
    const window = this.#window;
    if (window === null) return false;
    const mark = this.#cursor === null ? null : placeOf(window, this.#cursor);
    const zoomed = zoomWindow(window, factor, x ?? mark ?? window.width / 2);
    this.#look(zoomed);
    return zoomed.span !== window.span;
  }

  /** To higher addresses for positive pixels. */
  pan(pixels: number): void {
    if (this.#window !== null) this.#look(panWindow(this.#window, pixels));
  }

  showWhole(): void {
    if (this.#window !== null) this.#look(wholeWindow(this.#window.axis, this.#window.width));
  }

  showRange(range: Stretch): void {
    if (this.#window !== null) this.#look(showRange(this.#window, range));
  }

  /** The map is moved under the pointer. */
  drag(dx: number): void {
    this.pan(-dx);
  }

  /** Where the pointer is; null when it has left. */
  point(place: Place | null): void {
    this.#pointed.place = place;
    this.#tellPointed();
  }

  partAt(x: number, y?: number): MapPart | null {
    const [layout, content] = [this.#layout, this.#content];
    return layout === null || content === null ? null : mapPartAt(layout, content.space, x, y);
  }

  /** What the keyboard's mark is at; null where there is none. */
  get marked(): MapPart | null {
    const [content, window, cursor] = [this.#content, this.#window, this.#cursor];
    if (content === null || window === null || cursor === null) return null;
    const x = placeOf(window, cursor);
    const part = x === null ? null : this.partAt(x + 0.25);
    return part?.kind === 'crowd' ? part : partOf(content.space, cursor);
  }

  /** Puts the keyboard's mark on the next mapping, or group of mappings, or the one before. */
  step(by: 1 | -1): void {
    const [content, window] = [this.#content, this.#window];
    if (content === null || window === null) return;
    const { runs } = content.space;
    if (runs.count === 0) return;
    const index = this.#nextIndex(content.space, by);
    this.#cursor = runs.startOf(Math.max(0, Math.min(runs.count - 1, index)));
    const x = placeOf(window, this.#cursor);
    if (x !== null && (x < 0 || x >= window.width)) this.pan(x - window.width / 2);
    this.request();
  }

  /** Takes the keyboard's mark away. */
  leave(): void {
    this.#cursor = null;
    this.#pointed.place = null;
    this.#tellPointed();
    this.request();
  }

  #tellPointed(): void {
    const { place } = this.#pointed;
    this.#pointed.tell(place === null ? this.marked : this.partAt(place.x, place.y));
  }

  #nextIndex({ runs }: AddressSpace, by: 1 | -1): number {
    const first = this.#window === null ? null : addressAt(this.#window, 0);
    const start = first?.kind === 'address' ? first.address : 0n;
    if (this.#cursor === null) return by === 1 ? runs.from(start) : runs.count - 1;
    const at = runs.at(this.#cursor);
    const bar = this.#layout?.bars.find(({ index, count }) => index <= at && at < index + count);
    if (by === 1) return bar === undefined ? runs.behind(this.#cursor) : bar.index + bar.count;
    const before = (bar?.index ?? runs.from(this.#cursor)) - 1;
    const other = this.#layout?.bars.find(({ index, count }) => index + count - 1 === before);
    return other?.index ?? before;
  }

  #look(window: Window): void {
    this.#window = window;
    this.request();
  }

  /** The window after there is something else to be shown. */
  #follow(): void {
    const content = this.#content;
    if (content === null || this.#width === 0) return;
    this.#fold = foldFor(this.#fold, content.space);
    const axis = axisFor(content.space, content.isFolded ? this.#fold : null);
    const window = this.#window;
    if (window === null) this.#window = wholeWindow(axis, this.#width);
    else if (window.width !== this.#width || !isSameAxis(window.axis, axis)) {
      this.#window = carryWindow(window, axis, this.#width);
    }
  }

  #paint(): void {
    const [content, window] = [this.#content, this.#window];
    const context = this.#canvas.getContext('2d');
    if (content === null || window === null || context === null) return;
    const { space, lit, changes, isStill } = content;
    const nowMs = this.#ports.now();
    const layout = layoutMap(window, space, { changes, nowMs, lit });
    this.#layout = layout;
    this.#onLayout?.(layout);
    this.#tellPointed();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const cursor = this.#cursor === null ? null : placeOf(window, this.#cursor);
    const glows = isStill ? layout.glows.map((glow) => ({ ...glow, strength: 1 })) : layout.glows;
    paintMap(context, this.#colors, { ...layout, glows }, this.#height, {
      cursor,
      labelOf: (index) => `→ ${formatAddress(space.runs.get(index).physStart)}`,
    });
    const latest = changes.at(-1);
    if (latest !== undefined && nowMs - latest.atMs < GLOW_MS) this.request();
  }
}
