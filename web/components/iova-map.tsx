// The canvas of the IOVA map: one small square per page of address space, lit when mapped, glowing when it changes.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { EMPTY_AXIS, extendAxis, type IovaAxis } from '../canvas/iova-axis.ts';
import {
  blockCapacity,
  cellAt,
  GLOW_MS,
  layoutIovaMap,
  type Cell,
  type IovaMapLayout,
  type Viewport,
} from '../canvas/iova-layout.ts';
import { paintIovaMap, type IovaMapColors } from '../canvas/iova-paint.ts';
import { readColor } from '../canvas/css-colors.ts';
import { formatAddress } from '../format/address.ts';
import { formatBytes, formatPlural } from '../format/quantity.ts';
import type { WatchedView } from '../model/views.ts';
import { theme } from '../theme.ts';

/** Height of the map with little or nothing in it. */
const MIN_FRAME_PX = 24;

const EMPTY_LAYOUT: IovaMapLayout = { pitch: 1, cells: [], glows: [] };

function readColors(): IovaMapColors {
  return {
    fills: {
      free: readColor('--map-free'),
      read: readColor('--map-read'),
      write: readColor('--map-write'),
      both: readColor('--map-both'),
    },
    mapped: readColor('--map-mapped'),
    unmapped: readColor('--map-unmapped'),
  };
}

export interface IovaMapProps {
  readonly watched: ReadonlySignal<WatchedView>;
  /** The page's clock. */
  readonly now: () => number;
}

/** Owns the canvas between frames: its axis, its colours, and the frame that lets glows fade. */
class MapPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #watched: ReadonlySignal<WatchedView>;
  readonly #now: () => number;
  #axis: IovaAxis = EMPTY_AXIS;
  #domain: number | null = null;
  #viewport: Viewport = { width: 0, height: 0 };
  #colors = readColors();
  #layout = EMPTY_LAYOUT;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement, { watched, now }: IovaMapProps) {
    this.#canvas = canvas;
    this.#watched = watched;
    this.#now = now;
  }

  /** Bytes a square stands for. */
  get cellBytes(): bigint {
    return 1n << BigInt(this.#axis.cellShift);
  }

  resize(viewport: Viewport): void {
    this.#viewport = viewport;
    this.#canvas.width = Math.round(viewport.width * devicePixelRatio);
    this.#canvas.height = Math.round(viewport.height * devicePixelRatio);
    this.#axis = EMPTY_AXIS;
    this.request();
  }

  recolor(): void {
    this.#colors = readColors();
    this.request();
  }

  request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  cellAt(x: number, y: number): Cell | null {
    return cellAt(this.#layout, x, y);
  }

  #paint(): void {
    this.#frame = 0;
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const watched = this.#watched.peek();
    if (watched.domain !== this.#domain) {
      this.#domain = watched.domain;
      this.#axis = EMPTY_AXIS;
    }
    const nowMs = this.#now();
    const capacity = blockCapacity(this.#viewport);
    this.#axis = extendAxis(this.#axis, watched.rows, capacity);
    this.#layout = layoutIovaMap(this.#axis, watched.rows, watched.changes, nowMs, this.#viewport);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#trim();
    paintIovaMap(context, this.#layout, this.#colors, this.#viewport);
    const latest = watched.changes.at(-1);
    if (latest !== undefined && nowMs - latest.atMs < GLOW_MS) this.request();
  }

  /** Shows only the lines in use: the canvas is as high as it may get, its frame as high as it need be. */
  #trim(): void {
    const last = this.#layout.cells.at(-1);
    const used = last === undefined ? 0 : last.y + this.#layout.pitch;
    const frame = this.#canvas.parentElement;
    if (frame !== null) frame.style.height = `${Math.max(MIN_FRAME_PX, used)}px`;
  }
}

function describe(cell: Cell, bytes: bigint): string {
  const words = {
    free: 'not mapped',
    read: 'device may read',
    write: 'device may write',
    both: 'device may read and write',
  };
  return `${formatAddress(cell.address)} + ${formatBytes(bytes)}: ${words[cell.fill]}`;
}

function Legend(): JSX.Element {
  return (
    <ul class="map-legend" aria-hidden="true">
      <li data-fill="read">read</li>
      <li data-fill="write">write</li>
      <li data-fill="both">both</li>
    </ul>
  );
}

export function IovaMap({ watched, now }: IovaMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<MapPainter | null>(null);
  const [hint, setHint] = useState<string | null>(null);
  const currentTheme = theme.value;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const own = new MapPainter(element, { watched, now });
    painter.current = own;
    const resize = new ResizeObserver(() =>
      own.resize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      own.dispose();
      painter.current = null;
    };
  }, [watched, now]);
  useEffect(() => painter.current?.recolor(), [currentTheme]);
  useEffect(() => painter.current?.request());

  const { rows } = watched.value;
  const cellBytes = painter.current?.cellBytes ?? 4096n;
  return (
    <div class="map">
      <div class="map-frame">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Map of the IOVA space: ${formatPlural(rows.length, 'mapping')}`}
          onMouseMove={(event) => {
            const cell = painter.current?.cellAt(event.offsetX, event.offsetY) ?? null;
            setHint(cell === null ? null : describe(cell, cellBytes));
          }}
          onMouseLeave={() => setHint(null)}
        />
      </div>
      <div class="map-caption">
        <span>{hint ?? `1 square = ${formatBytes(cellBytes)} of IOVA`}</span>
        {hint === null ? <Legend /> : null}
      </div>
    </div>
  );
}
