// A place of a run as it is kept by the dozen: what many places share is stored once.

import { BLOCK_BYTES, type WrittenBlock } from '../../endpoints/block-backend.ts';
import type { RunPosition } from '../run-state.ts';
import { PAGE_BYTES, putPages, type MemoryPages, type PageStore } from '../v86/memory-pages.ts';

interface PackedBlock {
  readonly index: number;
  readonly bytes: number;
  readonly content: MemoryPages;
}

/** A place whose large parts are pages of a store. */
export interface PackedPosition {
  /** Without what follows. */
  readonly rest: RunPosition;
  readonly devices: MemoryPages;
  readonly deviceBytes: number;
  readonly disk: readonly PackedBlock[];
  readonly ide: readonly PackedBlock[];
}

const NO_BYTES = new ArrayBuffer(0);

/** Copies bytes into a buffer of whole pages. */
function padded(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(Math.ceil(bytes.length / PAGE_BYTES) * PAGE_BYTES);
  copy.set(bytes);
  return copy.buffer;
}

function unpadded(content: MemoryPages, length: number): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(content.bytes);
  putPages(buffer, content);
  return new Uint8Array(buffer.slice(0, length));
}

function packBlocks(store: PageStore, blocks: readonly WrittenBlock[]): readonly PackedBlock[] {
  return blocks.map(({ index, bytes }) => ({
    index,
    bytes: bytes.length,
    content: store.take(padded(bytes)),
  }));
}

function unpackBlocks(blocks: readonly PackedBlock[]): readonly WrittenBlock[] {
  return blocks.map(({ index, bytes, content }) => ({ index, bytes: unpadded(content, bytes) }));
}

export function packPosition(store: PageStore, position: RunPosition): PackedPosition {
  const { board } = position;
  const { devices } = board.emulator;
  return {
    rest: {
      ...position,
      board: { ...board, disk: [], ide: [], emulator: { ...board.emulator, devices: NO_BYTES } },
    },
    devices: store.take(padded(new Uint8Array(devices))),
    deviceBytes: devices.byteLength,
    disk: packBlocks(store, board.disk),
    ide: packBlocks(store, board.ide),
  };
}

export function unpackPosition({
  rest,
  devices,
  deviceBytes,
  disk,
  ide,
}: PackedPosition): RunPosition {
  const { board } = rest;
  return {
    ...rest,
    board: {
      ...board,
      disk: unpackBlocks(disk),
      ide: unpackBlocks(ide),
      emulator: { ...board.emulator, devices: unpadded(devices, deviceBytes).buffer },
    },
  };
}

/** Every page of a place; one that stands there twice comes twice. */
export function* pagesOf({ rest, devices, disk, ide }: PackedPosition): Iterable<Uint32Array> {
  yield* rest.board.emulator.memory.pages;
  yield* devices.pages;
  for (const { content } of disk) yield* content.pages;
  for (const { content } of ide) yield* content.pages;
}

/** Bytes of a place beside its pages. */
export function ownBytes({ rest, disk, ide }: PackedPosition): number {
  const { memory } = rest.board.emulator;
  const mappings = rest.board.iommu?.mappings.length ?? 0;
  return memory.numbers.length * 12 + mappings + (disk.length + ide.length) * 64 + BLOCK_BYTES;
}
