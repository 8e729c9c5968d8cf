// Owns the canvas between frames. What stands still is painted once, on a canvas that is not seen, and laid under what
// moves in each frame. Bounds: a layout and its painting take at most a ninth of the time, and a frame in which only
// pulses move paints one image and MOST_PULSES dots. Pulses that are alone move without it.

import { nextTask } from '../next-task.ts';
import { Brush } from './brush.ts';
import { readPictureColors, type PictureColors } from './colors.ts';
import { layoutMarks, type FaultMark, type StoppedAccess } from './fault-marks.ts';
import { partAt, type Part } from './hit.ts';
import { layoutPicture, NO_FOLDS, type PictureLayout, type Viewport } from './layout.ts';
import { LonePulses, type WayOf } from './lone-pulses.ts';
import { paintPicture, type PictureState } from './paint.ts';
import { paintPulses, pulseWay, type PulseSpot } from './paint-pulses.ts';
import { PASS_MS, Pulses, type Access } from './pulses.ts';
import type { Scene } from './scene.ts';

/** What a layout costs, times this, is how long the next one waits at least. */
const REST = 8;

export interface PainterPorts {
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  /** Calls back before the next frame is painted. */
  readonly onNextFrame: (callback: () => void) => void;
  /** Accesses since the last call, a few at most. */
  readonly takeAccesses: () => readonly Access[];
}

/** What is shown. */
export interface PictureContent {
  readonly scene: Scene;
  readonly stopped: readonly StoppedAccess[];
  /** Index of the lane that a person has chosen; null for none. */
  readonly chosen: number | null;
  readonly focused: number | null;
  /** Whether pulses move: not in the past, and not where less motion is asked for. */
  readonly moves: boolean;
}

export class PicturePainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #ports: PainterPorts;
  readonly #still = document.createElement('canvas');
  readonly #pulses = new Pulses();
  readonly #lone: LonePulses;
  #colors: PictureColors = readPictureColors();
  #viewport: Viewport = { width: 0, height: 0 };
  #content: PictureContent | null = null;
  #layout: PictureLayout | null = null;
  #marks: readonly FaultMark[] = [];
  /** What the layout was made for. */
  #laidOut: Scene | null = null;
  #isStale = true;
  /** Where the pulses of the last frame are. */
  #spots: readonly PulseSpot[] = [];
  #isAsked = false;
  #isDisposed = false;
  #notBefore = 0;

  /** `layer`: an empty element over the canvas, as large as it, for what the browser moves by itself. */
  constructor(canvas: HTMLCanvasElement, layer: HTMLElement, ports: PainterPorts) {
    this.#canvas = canvas;
    this.#ports = ports;
    this.#lone = new LonePulses(layer, PASS_MS);
  }

  get layout(): PictureLayout | null {
    return this.#layout;
  }

  /** Another size: painted at once, as a canvas that is resized is empty. */
  resize(viewport: Viewport): void {
    this.#viewport = viewport;
    this.#laidOut = null;
    this.#notBefore = 0;
    this.#paint();
  }

  /** Another theme. */
  recolor(): void {
    this.#colors = readPictureColors();
    this.#isStale = true;
    this.request();
  }

  show(content: PictureContent | null): void {
    const isOther = content?.scene.facts !== this.#content?.scene.facts;
    if (isOther) this.#layout = null;
    if (isOther || content?.moves !== true) {
      this.#pulses.clear();
      this.#lone.clear();
    }
    this.#content = content;
    this.#isStale = true;
    this.request();
  }

  /** Paints with the next frame; what stands still in a task of its own, as styles and layout of the frame take their time, too. */
  request(): void {
    if (this.#isAsked || this.#isDisposed) return;
    this.#isAsked = true;
    const paint = (): void => {
      this.#isAsked = false;
      if (!this.#isDisposed) this.#paint();
    };
    if (this.#isDue) void this.#layOutFirst().then(paint);
    else {
      this.#ports.onNextFrame(() => {
        if (!this.#isDue) return paint();
        this.#isAsked = false;
        this.request();
      });
    }
  }

  /** Waits for another task; what is shown first is laid out in one of its own, as its code is not compiled yet. */
  async #layOutFirst(): Promise<void> {
    await nextTask();
    const [content, { width, height }] = [this.#content, this.#viewport];
    if (this.#layout !== null || content === null || width === 0 || height === 0) return;
    this.#layOut(content.scene);
    await nextTask();
  }

  /** There is news: what has come is on its way, and what is stale is painted. */
  draw(): void {
    if (this.#hasNews) this.request();
    else if (!this.#isDisposed) this.#paint();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#lone.clear();
  }

  partAt(x: number, y: number): Part | null {
    const [layout, content] = [this.#layout, this.#content];
    if (layout === null || content === null) return null;
    return partAt(layout, content.scene, this.#marks, x, y);
  }

  #paint(): void {
    const content = this.#content;
    const { width, height } = this.#viewport;
    const context = this.#canvas.getContext('2d');
    if (content === null || context === null || width === 0 || height === 0) return;
    const nowMs = this.#ports.now();
    if (this.#still.width !== Math.round(width * devicePixelRatio)) {
      this.#isStale = true;
      this.#notBefore = 0;
    }
    let hasNews = false;
    if (this.#hasNews) {
      hasNews = this.#isDue;
      if (hasNews) this.#paintStill(content);
      else this.request();
    }
    const accesses = this.#ports.takeAccesses();
    if (content.moves) this.#start(context, accesses, nowMs);
    const moving = this.#pulses.at(nowMs);
    // A last frame without them takes the pulses away
    if (!hasNews && moving.length === 0 && this.#spots.length === 0) return;
    this.#layDown(context, hasNews);
    const layout = this.#layout;
    if (layout === null || moving.length === 0) return;
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const brush = new Brush(context, this.#colors, layout.scale);
    this.#spots = paintPulses(brush, { scene: this.#laidOut ?? content.scene, layout }, moving);
    this.request();
  }

  /** Whether what stands still is to be painted anew. */
  get #hasNews(): boolean {
    return this.#isStale || this.#laidOut !== this.#content?.scene;
  }

  /** Whether it is time for that. */
  get #isDue(): boolean {
    return this.#hasNews && (this.#layout === null || this.#ports.now() >= this.#notBefore);
  }

  #start(context: CanvasRenderingContext2D, accesses: readonly Access[], nowMs: number): void {
    const [access] = accesses;
    const isAlone = accesses.length === 1 && this.#pulses.count === 0 && this.#lone.hasRoom;
    if (isAlone && access !== undefined && access.page !== null) {
      this.#lone.start({ ...access, startMs: nowMs }, this.#ways(context));
    } else for (const each of accesses) this.#pulses.start(each, nowMs);
  }

  /** Ways through what is laid out now. */
  #ways(context: CanvasRenderingContext2D): WayOf {
    const [layout, scene] = [this.#layout, this.#laidOut];
    if (layout === null || scene === null) return () => null;
    const brush = new Brush(context, this.#colors, layout.scale);
    return (pulse) => pulseWay(brush, { scene, layout }, pulse);
  }

  /** Lays what stands still where nothing of it is, or where pulses were: the browser has to show no more than that anew. */
  #layDown(context: CanvasRenderingContext2D, isWhole: boolean): void {
    const wasFit = this.#fit(this.#canvas);
    const { width, height } = this.#canvas;
    const ratio = devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    const boxes =
      isWhole || !wasFit
        ? [[0, 0, width, height] as const]
        : this.#spots.map(({ x, y, reach }) => {
            const [left, top] = [Math.floor((x - reach) * ratio), Math.floor((y - reach) * ratio)];
            const side = Math.ceil(2 * reach * ratio) + 1;
            return [left, top, side, side] as const;
          });
    this.#spots = [];
    for (const [x, y, wide, high] of boxes) {
      context.clearRect(x, y, wide, high);
      context.drawImage(this.#still, x, y, wide, high, x, y, wide, high);
    }
  }

  #layOut(scene: Scene): PictureLayout {
    const folds = this.#layout?.folds ?? NO_FOLDS;
    const layout = layoutPicture(scene, this.#viewport, folds);
    this.#layout = layout;
    this.#laidOut = scene;
    return layout;
  }

  #paintStill({ scene, stopped, chosen, focused }: PictureContent): void {
    const startMs = this.#ports.now();
    const context = this.#still.getContext('2d');
    if (context === null) return;
    const layout =
      this.#laidOut === scene && this.#layout !== null ? this.#layout : this.#layOut(scene);
    this.#marks = layoutMarks(layout, scene, stopped);
    this.#fit(this.#still);
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const state: PictureState = { scene, layout, marks: this.#marks, chosen, focused };
    paintPicture(new Brush(context, this.#colors, layout.scale), state);
    this.#lone.lead(this.#ways(context));
    this.#isStale = false;
    const endMs = this.#ports.now();
    this.#notBefore = endMs + REST * (endMs - startMs);
  }

  /** Gives a canvas as many pixels as the screen has there; it is empty then. Returns whether it had them. */
  #fit(canvas: HTMLCanvasElement): boolean {
    const width = Math.round(this.#viewport.width * devicePixelRatio);
    const height = Math.round(this.#viewport.height * devicePixelRatio);
    const wasFit = canvas.width === width && canvas.height === height;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    return wasFit;
  }
}
