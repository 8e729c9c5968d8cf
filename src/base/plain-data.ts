// Plain data as JSON and bytes: what JSON has no words for - big integers, byte arrays - is told apart by one odd key.

import { assert } from './assert.ts';

/** Key of an object that stands for something else: `{"$": [kind, ...]}`. */
const TAG = '$';
/** Arrays of bytes begin at multiples of this, so that they can be looked at as words. */
const ALIGNMENT = 4;

type Kind = 'bigint' | 'bytes' | 'words' | 'buffer' | 'map';

/** Bytes that are gathered, one piece behind the other. */
export class ByteHeap {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** Adds bytes; returns where they begin. */
  add(bytes: Uint8Array): number {
    const start = this.#length;
    this.#pieces.push(bytes);
    this.#length += Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT;
    return start;
  }

  /** All that was added. */
  join(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let start = 0;
    for (const piece of this.#pieces) {
      all.set(piece, start);
      start += Math.ceil(piece.length / ALIGNMENT) * ALIGNMENT;
    }
    return all;
  }
}

/** The value as JSON; its bytes go to the heap that `heapOf` names for so many of them, by number. */
export function encodePlain(
  value: unknown,
  heaps: readonly ByteHeap[],
  heapOf: (bytes: number) => number,
): string {
  const store = (kind: Kind, bytes: Uint8Array): object => {
    const index = heapOf(bytes.length);
    return { [TAG]: [kind, index, heaps[index]?.add(bytes), bytes.length] };
  };
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return { [TAG]: ['bigint', each.toString()] };
    if (each instanceof Uint8Array) return store('bytes', each);
    if (each instanceof Uint32Array) {
      return store('words', new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
    }
    if (each instanceof ArrayBuffer) return store('buffer', new Uint8Array(each));
    if (each instanceof Map) {
      assert(each.size === 0, 'a map of plain data is empty');
      return { [TAG]: ['map'] };
    }
    assert(!ArrayBuffer.isView(each), 'plain data has bytes and 32-bit words');
    assert(typeof each !== 'number' || Number.isFinite(each), 'a number of plain data is finite');
    return each;
  });
}

/**
 * The value again. Byte arrays are views of the heaps, but for buffers, which are copied. A heap that is not there yet
 * leaves `undefined` in the places of its bytes. Throws for what `encodePlain` has not written.
 */
export function decodePlain(
  json: string,
  heaps: readonly (Uint8Array<ArrayBuffer> | undefined)[],
): unknown {
  return JSON.parse(json, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || !(TAG in each)) return each;
    const tag: unknown = each[TAG];
    if (!Array.isArray(tag)) throw new Error('unknown kind of value');
    return decodeTagged(tag, heaps);
  });
}

function decodeTagged(
  [kind, first, start, length]: readonly unknown[],
  heaps: readonly (Uint8Array<ArrayBuffer> | undefined)[],
): unknown {
  if (kind === 'bigint') return BigInt(String(first));
  if (kind === 'map') return new Map();
  const heap = heaps[Number(first)];
  if (heap === undefined) return undefined;
  const [from, count] = [Number(start), Number(length)];
  if (!(from >= 0 && count >= 0 && from + count <= heap.length)) throw new Error('bytes missing');
  const address = heap.byteOffset + from;
  if (kind === 'bytes') return new Uint8Array(heap.buffer, address, count);
  if (kind === 'words') return new Uint32Array(heap.buffer, address, count / 4);
  if (kind === 'buffer') return heap.buffer.slice(address, address + count);
  throw new Error('unknown kind of value');
}
