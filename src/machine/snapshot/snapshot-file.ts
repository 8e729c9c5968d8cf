// The file of a booted guest. What a person looks at comes first and is small; the machine's memory comes behind it.
//
//   0  "viommu snapshot\n"
//  16  u32  version of this format
//  20  u32  bytes of the early part
//  24  early part, gzip:  u32 bytes of the JSON, JSON, bytes that it names
//   *  late part, with calls as addresses (x86-calls.ts) and zstd, or as it is:  bytes that the JSON names
//
// Integers are little-endian. The early part holds everything but large byte arrays; it says how the late part is packed.

import { checksumOf, hostChecksumOf } from '../images/checksum.ts';
import { InputError } from '../images/guest-images.ts';
import { unpackZstd } from '../v86/zstd.ts';
import type { BootedGuest, BootStory } from './booted-guest.ts';
import { turnToAddresses, turnToDistances } from './x86-calls.ts';
import { joinPages, splitPages, type JoinedPages } from './joined-pages.ts';
import { ByteHeap, decodePlain, encodePlain } from '../../base/plain-data.ts';

const MAGIC = new TextEncoder().encode('viommu snapshot\n');
const VERSION_AT = 16;
const EARLY_BYTES_AT = 20;
const HEAD_BYTES = 24;
export const SNAPSHOT_FILE_VERSION = 2;

/** Arrays of so many bytes go to the late part, but for those of the story. */
const LATE_FROM = 1 << 16;
const EARLY = 0;
const LATE = 1;
/** Far more than an early part has: a damaged length must not make a reader wait for ever. */
const MAX_EARLY_BYTES = 1 << 24;

/** How the late part is packed, and what it must be. */
export interface Packing {
  readonly method: 'none' | 'calls-zstd';
  readonly packedBytes: number;
  readonly bytes: number;
  /** SHA-256 of the packed bytes, in hex. */
  readonly checksum: string;
}

/** Everything but the late part, which is missing in `guest`. */
interface Early {
  readonly packing: Packing;
  readonly guest: unknown;
}

/** What the early part tells. */
export interface EarlyPart {
  readonly builtFrom: BootedGuest['builtFrom'];
  readonly story: BootStory;
  /** Where the late part begins in the file, and what it is. */
  readonly lateStart: number;
  readonly packing: Packing;
}

/** `pack` makes zstd of bytes; without it they are left as they are. */
export async function writeSnapshotFile(
  guest: BootedGuest,
  pack?: (bytes: Uint8Array) => Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const heaps = [new ByteHeap(), new ByteHeap()] as const;
  const heapOf = (bytes: number): number => (bytes < LATE_FROM ? EARLY : LATE);
  const { story, ...rest } = joinGuest(guest);
  const storyText = encodePlain(story, heaps, () => EARLY);
  const text = `{"story":${storyText},${encodePlain(rest, heaps, heapOf).slice(1)}`;
  const plain = heaps[LATE].join();
  if (pack !== undefined) turnToAddresses(plain);
  const late = pack?.(plain) ?? plain;
  const packing: Packing = {
    method: pack === undefined ? 'none' : 'calls-zstd',
    packedBytes: late.length,
    bytes: plain.length,
    checksum: checksumOf(late),
  };
  const json = new TextEncoder().encode(`{"packing":${JSON.stringify(packing)},"guest":${text}}`);
  const jsonRoom = Math.ceil(json.length / 4) * 4;
  const bytes = heaps[EARLY].join();
  const plainEarly = new Uint8Array(4 + jsonRoom + bytes.length).fill(0x20, 4, 4 + jsonRoom);
  new DataView(plainEarly.buffer).setUint32(0, jsonRoom, true);
  plainEarly.set(json, 4);
  plainEarly.set(bytes, 4 + jsonRoom);
  const early = await through(plainEarly, new CompressionStream('gzip'));
  const file = new Uint8Array(HEAD_BYTES + early.length + late.length);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  view.setUint32(VERSION_AT, SNAPSHOT_FILE_VERSION, true);
  view.setUint32(EARLY_BYTES_AT, early.length, true);
  file.set(early, HEAD_BYTES);
  file.set(late, HEAD_BYTES + early.length);
  return file;
}

/**
 * Where the early part ends in a file that begins with these bytes; undefined while they are too few to say. Throws
 * `InputError` when they are of something else.
 */
export function earlyEnd(start: Uint8Array): number | undefined {
  const isOurs = MAGIC.every((byte, index) => index >= start.length || start[index] === byte);
  if (!isOurs) throw new InputError('This is not a snapshot of a guest.');
  if (start.length < HEAD_BYTES) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const version = view.getUint32(VERSION_AT, true);
  if (version !== SNAPSHOT_FILE_VERSION) {
    throw new InputError(
      `The snapshot's file has format ${version}; this program reads format ${SNAPSHOT_FILE_VERSION}. Build it again.`,
    );
  }
  const bytes = view.getUint32(EARLY_BYTES_AT, true);
  if (bytes > MAX_EARLY_BYTES) throw damaged();
  return HEAD_BYTES + bytes;
}

/** Reads a file, or its beginning up to `earlyEnd`. Rejects with `InputError`. */
export async function readEarlyPart(file: Uint8Array): Promise<EarlyPart> {
  const end = earlyEnd(file) ?? Infinity;
  const { packing, guest } = await decodeEarly(file, end);
  if (!hasStory(guest)) throw damaged();
  const { builtFrom, story } = guest;
  return { builtFrom, story, lateStart: end, packing };
}

/** Reads a whole file, whose early part may have been read already. `v86Wasm` is v86's core, compiled. Rejects with `InputError`. */
export async function readSnapshotFile(
  file: Uint8Array<ArrayBuffer>,
  v86Wasm: WebAssembly.Module,
  early?: EarlyPart,
): Promise<BootedGuest> {
  const { lateStart: end, packing } = early ?? (await readEarlyPart(file));
  const packed = file.subarray(end);
  if (
    packed.length !== packing.packedBytes ||
    (await hostChecksumOf(packed)) !== packing.checksum
  ) {
    throw damaged();
  }
  try {
    const late =
      packing.method === 'none'
        ? aligned(packed)
        : await unpackZstd(v86Wasm, packed, packing.bytes);
    if (packing.method !== 'none') turnToDistances(late);
    const { guest } = await decodeEarly(file, end, late);
    if (!hasStory(guest) || !hasMachine(guest)) throw damaged();
    return splitGuest(guest);
  } catch (cause) {
    throw cause instanceof InputError ? cause : damaged(cause);
  }
}

function damaged(cause?: unknown): InputError {
  return new InputError("The snapshot's file is damaged or cut short. Get it or build it again.", {
    cause,
  });
}

async function decodeEarly(
  file: Uint8Array,
  end: number,
  late?: Uint8Array<ArrayBuffer>,
): Promise<Early> {
  if (file.length < end) throw damaged();
  try {
    const packed = new Uint8Array(file.subarray(HEAD_BYTES, end));
    const plain = await through(packed, new DecompressionStream('gzip'));
    const jsonBytes = new DataView(plain.buffer).getUint32(0, true);
    const text = new TextDecoder().decode(plain.subarray(4, 4 + jsonBytes));
    const value = decodePlain(text, [plain.subarray(4 + jsonBytes), late]);
    if (isEarly(value)) return value;
  } catch (cause) {
    throw damaged(cause);
  }
  throw damaged();
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** The bytes where they can be looked at as words. */
function aligned(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}

/** A guest as it is in the file: the pages of its memory are one. */
type JoinedGuest = Omit<BootedGuest, 'machine'> & { readonly machine: JoinedMachine };
type Machine = BootedGuest['machine'];
type JoinedMachine = Omit<Machine, 'board'> & { readonly board: JoinedBoard };
type JoinedBoard = Omit<Machine['board'], 'emulator'> & { readonly emulator: JoinedEmulator };
type JoinedEmulator = Omit<Machine['board']['emulator'], 'memory'> & {
  readonly memory: JoinedPages;
};

function joinGuest(guest: BootedGuest): JoinedGuest {
  const { machine } = guest;
  const { board } = machine;
  const { emulator } = board;
  const joined = { ...emulator, memory: joinPages(emulator.memory) };
  return { ...guest, machine: { ...machine, board: { ...board, emulator: joined } } };
}

function splitGuest(guest: JoinedGuest): BootedGuest {
  const { machine } = guest;
  const { board } = machine;
  const { emulator } = board;
  const split = { ...emulator, memory: splitPages(emulator.memory) };
  return { ...guest, machine: { ...machine, board: { ...board, emulator: split } } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isEarly(value: unknown): value is Early {
  if (!isObject(value) || !isObject(value['packing'])) return false;
  const { method, packedBytes, bytes, checksum: hash } = value['packing'];
  return (
    (method === 'none' || method === 'calls-zstd') &&
    typeof packedBytes === 'number' &&
    typeof bytes === 'number' &&
    typeof hash === 'string'
  );
}

/** What is inside is as it was written: the early part's own checksum says so. */
function hasStory(guest: unknown): guest is Pick<BootedGuest, 'builtFrom' | 'story'> {
  return isObject(guest) && isObject(guest['builtFrom']) && isObject(guest['story']);
}

function hasMachine(guest: object): guest is JoinedGuest {
  return 'machine' in guest && isObject(guest.machine);
}
