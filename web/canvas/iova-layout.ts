// Layout of the IOVA map: cells flow in lines of whole blocks; a missing stretch of addresses leaves a gap.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type { MappingRow } from '../model/watched-domain.ts';
import type { MappingChange } from '../model/watched-domain.ts';
import { CELLS_PER_BLOCK, cellAddress, type IovaAxis } from './iova-axis.ts';

/** Distance between cells in CSS pixels: as large as fits, within these bounds. A cell is one pixel smaller. */
const MIN_PITCH = 6;
const MAX_PITCH = 11;
/** Least distance where addresses are left out, or a line's next block stands. */
const GAP = 6;
/** How long a change glows, in milliseconds. */
export const GLOW_MS = 900;

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** Rights of what a cell holds. */
export type CellFill = 'free' | 'read' | 'write' | 'both';

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly address: bigint;
  readonly fill: CellFill;
}

export interface Glow {
  readonly x: number;
  readonly y: number;
  readonly kind: 'mapped' | 'unmapped';
  /** 1 at the moment of the change, falling to 0. */
  readonly strength: number;
}

export interface IovaMapLayout {
  /** Distance between cells; a cell is one pixel smaller. */
  readonly pitch: number;
  readonly cells: readonly Cell[];
  readonly glows: readonly Glow[];
}

/** Measures of the flow, in CSS pixels. */
interface Flow {
  readonly blocksPerLine: number;
  readonly pitch: number;
  /** From the start of a block to the start of the next one in its line. */
  readonly blockAdvance: number;
  readonly capacity: number;
}

function flowWith(blocksPerLine: number, viewport: Viewport): Flow {
  const room = viewport.width - (blocksPerLine - 1) * GAP;
  const widest = Math.floor(room / (blocksPerLine * CELLS_PER_BLOCK));
  const pitch = Math.max(MIN_PITCH, Math.min(MAX_PITCH, widest));
  const blockWidth = pitch * CELLS_PER_BLOCK;
  const spread = blocksPerLine > 1 ? (viewport.width - blockWidth) / (blocksPerLine - 1) : 0;
  return {
    blocksPerLine,
    pitch,
    blockAdvance: Math.max(blockWidth, Math.min(Math.floor(spread), blockWidth + 2 * GAP)),
    capacity: blocksPerLine * Math.max(1, Math.floor(viewport.height / pitch)),
  };
}

function mostBlocksPerLine(viewport: Viewport): number {
  const narrowest = MIN_PITCH * CELLS_PER_BLOCK + GAP;
  return Math.max(1, Math.floor((viewport.width + GAP) / narrowest));
}

/** The flow with the largest cells that shows all blocks. */
function chooseFlow(blocks: number, viewport: Viewport): Flow {
  const most = mostBlocksPerLine(viewport);
  for (let perLine = 1; perLine < most; perLine++) {
    const flow = flowWith(perLine, viewport);
    if (flow.capacity >= blocks && flow.pitch < MAX_PITCH) return flow;
  }
  return flowWith(most, viewport);
}

/** Blocks that fit the viewport, at least one. */
export function blockCapacity(viewport: Viewport): number {
  return flowWith(mostBlocksPerLine(viewport), viewport).capacity;
}

function fillOf(flags: number): CellFill {
  const canRead = (flags & VIRTIO_IOMMU_MAP_F_READ) !== 0;
  const canWrite = (flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0;
  if (canRead && canWrite) return 'both';
  return canWrite ? 'write' : 'read';
}

function mergeFills(a: CellFill, b: CellFill): CellFill {
  if (a === 'free' || a === b) return b;
  return 'both';
}

/** Calls `visit` with the index of every cell of the axis that the range touches. */
function visitCells(
  axis: IovaAxis,
  start: bigint,
  end: bigint,
  visit: (index: number) => void,
): void {
  const shift = BigInt(axis.cellShift);
  const first = start >> shift;
  const last = end >> shift;
  const perBlock = BigInt(CELLS_PER_BLOCK);
  let low = 0;
  let high = axis.blocks.length;
  const firstBlock = first / perBlock;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((axis.blocks[middle] ?? 0n) < firstBlock) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < axis.blocks.length; index++) {
    const blockFirst = (axis.blocks[index] ?? 0n) * perBlock;
    if (blockFirst > last) return;
    const from = first > blockFirst ? Number(first - blockFirst) : 0;
    const to = last - blockFirst < perBlock ? Number(last - blockFirst) : CELLS_PER_BLOCK - 1;
    for (let cell = from; cell <= to; cell++) visit(index * CELLS_PER_BLOCK + cell);
  }
}

/** Shapes of the map at one moment; `nowMs` is the clock of the changes. */
export function layoutIovaMap(
  axis: IovaAxis,
  rows: readonly MappingRow[],
  changes: readonly MappingChange[],
  nowMs: number,
  viewport: Viewport,
): IovaMapLayout {
  const fills: CellFill[] = Array.from(
    { length: axis.blocks.length * CELLS_PER_BLOCK },
    (): CellFill => 'free',
  );
  for (const row of rows) {
    const fill = fillOf(row.flags);
    visitCells(axis, row.start, row.end, (index) => {
      fills[index] = mergeFills(fills[index] ?? 'free', fill);
    });
  }
  const flow = chooseFlow(axis.blocks.length, viewport);
  const cells = fills.map((fill, index): Cell => {
    const block = Math.floor(index / CELLS_PER_BLOCK);
    const cell = index % CELLS_PER_BLOCK;
    return {
      x: (block % flow.blocksPerLine) * flow.blockAdvance + cell * flow.pitch,
      y: Math.floor(block / flow.blocksPerLine) * flow.pitch,
      address: cellAddress(axis, axis.blocks[block] ?? 0n, cell),
      fill,
    };
  });
  return { pitch: flow.pitch, cells, glows: layoutGlows(axis, cells, changes, nowMs) };
}

function layoutGlows(
  axis: IovaAxis,
  cells: readonly Cell[],
  changes: readonly MappingChange[],
  nowMs: number,
): readonly Glow[] {
  const latest = new Map<number, MappingChange>();
  for (const change of changes) {
    if (nowMs - change.atMs >= GLOW_MS) continue;
    visitCells(axis, change.start, change.end, (index) => latest.set(index, change));
  }
  const glows: Glow[] = [];
  for (const [index, change] of latest) {
    const cell = cells[index];
    if (cell === undefined) continue;
    const strength = Math.min(1, 1 - (nowMs - change.atMs) / GLOW_MS);
    glows.push({ x: cell.x, y: cell.y, kind: change.kind, strength });
  }
  return glows;
}

/** The cell under a point, if any. */
export function cellAt(layout: IovaMapLayout, x: number, y: number): Cell | null {
  const found = layout.cells.find(
    (cell) => x >= cell.x && x < cell.x + layout.pitch && y >= cell.y && y < cell.y + layout.pitch,
  );
  return found ?? null;
}
