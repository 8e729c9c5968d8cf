// The canvas of the memory map between frames: what of the grid is shown, where the keyboard's mark is, and the one frame that
// draws it anew.

import { Pointed, type Place } from '../canvas/pointed.ts';
import { readPictureColors } from '../picture/colors.ts';
import type { Run } from '../picture/runs.ts';
import type { Scene } from '../picture/scene.ts';
import { cellOf, pageOfCell, type MemoryAreas } from './areas.ts';
import {
  gridFor,
  isWholeView,
  pageAt,
  panView,
  viewWith,
  wholeView,
  zoomView,
  type Grid,
  type Size,
  type View,
} from './layout.ts';
import { nextReached } from './owners.ts';
import { imageOf, paintMemoryMap } from './paint.ts';
import type { PageReach } from './reach.ts';

export interface MemoryPorts {
  /** Calls back before the next frame is painted. */
  readonly onNextFrame: (callback: () => void) => void;
}

/** And who is told of the page that the pointer, or the keyboard's mark, is at; null where there is none. */
export interface MemoryViewPorts extends MemoryPorts {
  readonly onPoint: (page: number | null) => void;
}

export interface MemoryContent {
  readonly scene: Scene;
  readonly areas: MemoryAreas;
  readonly reach: PageReach;
  /** Pages that are selected, in runs. */
  readonly lit: readonly Run[];
}

export class MemoryView {
  readonly #canvas: HTMLCanvasElement;
  readonly #ports: MemoryPorts;
  readonly #pointed: Pointed<number>;
  readonly #far = document.createElement('canvas');
  #farOf: { readonly reach: PageReach; readonly grid: Grid; readonly level: number } | null = null;
  #colors = readPictureColors();
  #size: Size = { width: 0, height: 0 };
  #content: MemoryContent | null = null;
  #grid: Grid | null = null;
  #view: View | null = null;
  #cursor: number | null = null;
  #isAsked = false;
  #isDisposed = false;

  constructor(canvas: HTMLCanvasElement, ports: MemoryViewPorts) {
    this.#canvas = canvas;
    this.#ports = ports;
    this.#pointed = new Pointed((page: number) => page, ports.onPoint);
  }

  /** At once: a canvas that changes its size is empty until it is drawn. */
  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#grid = null;
    this.#follow();
    this.#paint();
  }

  recolor(): void {
    this.#colors = readPictureColors();
    this.#farOf = null;
    this.request();
  }

  show(content: MemoryContent | null): void {
    if (content?.areas !== this.#content?.areas) this.#grid = null;
    this.#content = content;
    this.#follow();
    this.request();
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

  /** Shows `factor` times as much; around the middle where no place is told. Returns whether that changes anything. */
  zoom(factor: number, x = this.#size.width / 2, y = this.#size.height / 2): boolean {
    const [view, grid] = [this.#view, this.#grid];
    if (view === null || grid === null) return false;
    const zoomed = zoomView(view, grid, this.#size, factor, { x, y });
    this.#look(zoomed);
    return zoomed.scale !== view.scale;
  }

  /** Where the pointer is; null when it has left. */
  point(place: Place | null): void {
    this.#pointed.place = place;
    this.#tellPointed();
  }

  /** Moves what is shown; by pixels. */
  drag(dx: number, dy: number): void {
    const [view, grid] = [this.#view, this.#grid];
    if (view !== null && grid !== null) this.#look(panView(view, grid, this.#size, dx, dy));
  }

  showWhole(): void {
    if (this.#grid !== null) this.#look(wholeView(this.#grid, this.#size));
  }

  /** Whether a drag moves the map. */
  get isWhole(): boolean {
    const [view, grid] = [this.#view, this.#grid];
    return view === null || grid === null || isWholeView(view, grid, this.#size);
  }

  /** The page at a place; null where there is none. */
  pageAt(x: number, y: number): number | null {
    const [view, grid] = [this.#view, this.#grid];
    const page = view === null || grid === null ? -1 : pageAt(grid, view, x, y);
    return page < 0 ? null : page;
  }

  /** The page that the keyboard's mark is on; null for none. */
  get marked(): number | null {
    return this.#cursor;
  }

  /** Puts the keyboard's mark on the next run of pages that is reached by the same devices, or the one before. */
  step(by: 1 | -1): void {
    const [content, view, grid] = [this.#content, this.#view, this.#grid];
    if (content === null || view === null || grid === null) return;
    const { areas, reach } = content;
    const from =
      this.#cursor === null ? (by === 1 ? -1 : areas.cells) : cellOf(areas, this.#cursor);
    const next = nextReached(areas, reach, from, by);
    if (next >= 0) this.#cursor = pageOfCell(areas, next);
    if (this.#cursor !== null) this.#look(viewWith(view, grid, this.#size, this.#cursor));
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
    this.#pointed.tell(place === null ? this.marked : this.pageAt(place.x, place.y));
  }

  #look(view: View): void {
    this.#view = view;
    this.request();
  }

  #follow(): void {
    const content = this.#content;
    if (content === null || this.#size.width === 0 || this.#size.height === 0) return;
    if (this.#grid !== null) return;
    this.#grid = gridFor(content.areas, this.#size);
    this.#view = wholeView(this.#grid, this.#size);
  }

  #paint(): void {
    const [content, view, grid] = [this.#content, this.#view, this.#grid];
    const context = this.#canvas.getContext('2d');
    if (content === null || view === null || grid === null || context === null) return;
    const { areas, reach, lit } = content;
    const { kernel } = content.scene.facts;
    const scene = { areas, reach, kernel };
    const level = Math.max(0, Math.ceil(-Math.log2(view.scale * devicePixelRatio)));
    const of = this.#farOf;
    if (of?.reach !== reach || of.grid !== grid || of.level !== level) {
      const image = imageOf(scene, grid, this.#colors, level);
      this.#far.width = image.width;
      this.#far.height = image.height;
      this.#far.getContext('2d')?.putImageData(image, 0, 0);
      this.#farOf = { reach, grid, level };
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const [size, far, cursor] = [this.#size, this.#far, this.#cursor];
    paintMemoryMap(context, this.#colors, { scene, grid, view, size, far, lit, cursor });
    this.#tellPointed();
  }
}
