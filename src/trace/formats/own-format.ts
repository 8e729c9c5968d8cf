// A record as a file, as it grows: what it is of and where it starts from, then batch after batch. A file that is cut short
// is whole up to the cut.
//
// Versions: 2 has marks of kinds that 1 has not, and its readers leave out marks of kinds that they do not know. Both are read.
//
//   "viommu trace 2\n\n" (16 bytes)   frame   frame   …      frames as in base/frames.ts, in the order HEAD, BATCH*
//   bytes of a frame: deflate of: u32 bytes of the JSON, JSON, bytes that it names (base/plain-data.ts)

import { frame } from '../../base/frames.ts';
import { ByteHeap, encodePlain } from '../../base/plain-data.ts';
import type { RecordBatch } from '../record/batch.ts';
import type { RecordHead } from '../record/head.ts';
import type { Keyframe } from '../replay/keyframe.ts';

const FIRST_VERSION = 1;
const VERSION = 2;
const MAGIC = /^viommu trace (\d)\n\n$/;

export const TRACE_MAGIC = new TextEncoder().encode(`viommu trace ${VERSION}\n\n`);
export const HEAD_FRAME = 1;
export const BATCH_FRAME = 2;

/** What the beginning of a file says: that it is a trace which can be read here, one of a later version, or none. */
export function magicOf(bytes: Uint8Array): 'known' | 'newer' | 'none' {
  const [, version] =
    MAGIC.exec(new TextDecoder().decode(bytes.subarray(0, TRACE_MAGIC.length))) ?? [];
  if (version === undefined || Number(version) < FIRST_VERSION) return 'none';
  return Number(version) <= VERSION ? 'known' : 'newer';
}

/** What a file begins with. */
export interface TraceStart {
  readonly head: RecordHead;
  /** The state that the first event finds; null for that of power on. */
  readonly keyframe: Keyframe | null;
}

/** The beginning of a file. */
export async function encodeStart(start: TraceStart): Promise<Uint8Array<ArrayBuffer>> {
  const first = await encodeFrame(HEAD_FRAME, start);
  const bytes = new Uint8Array(TRACE_MAGIC.length + first.length);
  bytes.set(TRACE_MAGIC);
  bytes.set(first, TRACE_MAGIC.length);
  return bytes;
}

/** What comes next in a file. */
export function encodeBatch(batch: RecordBatch): Promise<Uint8Array<ArrayBuffer>> {
  return encodeFrame(BATCH_FRAME, batch);
}

async function encodeFrame(kind: number, value: object): Promise<Uint8Array<ArrayBuffer>> {
  const heap = new ByteHeap();
  const json = new TextEncoder().encode(encodePlain(value, [heap], () => 0));
  const room = Math.ceil(json.length / 4) * 4;
  const bytes = heap.join();
  const plain = new Uint8Array(4 + room + bytes.length).fill(0x20, 4, 4 + room);
  new DataView(plain.buffer).setUint32(0, room, true);
  plain.set(json, 4);
  plain.set(bytes, 4 + room);
  const packed = new Blob([plain]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return frame(kind, new Uint8Array(await new Response(packed).arrayBuffer()));
}
