// Reads the project's own traces, as they grow.

import { frameLength, readFrame, type Frame } from '../../base/frames.ts';
import { decodePlain } from '../../base/plain-data.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import type { Keyframe } from '../replay/keyframe.ts';
import { isMark } from './mark-checks.ts';
import { isBatch, isStart } from './own-checks.ts';
import { BATCH_FRAME, HEAD_FRAME, magicOf, TRACE_MAGIC } from './own-format.ts';
import { TraceError, type TraceReader } from './trace-reader.ts';

/** Longer frames than any that is written: a damaged length must not make a reader wait for ever. */
const MAX_FRAME = 1 << 26;
/** Bytes that a frame may unpack to. */
const MAX_PLAIN = 1 << 27;

export class OwnReader implements TraceReader {
  record: IommuRecord | undefined;
  keyframe: Keyframe | undefined;
  readonly #maxBytes: number | undefined;
  readonly #remarks: string[] = [];
  /** What has come and is no whole frame yet. */
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #strangeMarks = 0;
  #isMagicTaken = false;
  #isDamaged = false;

  /** `maxBytes` bounds the record; the oldest events go. */
  constructor(maxBytes?: number) {
    this.#maxBytes = maxBytes;
  }

  get remarks(): readonly string[] {
    if (this.#strangeMarks === 0) return this.#remarks;
    return [
      ...this.#remarks,
      `${this.#strangeMarks} marks of kinds that this version does not know were left out.`,
    ];
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (this.#isDamaged) return;
    this.#rest = joined(this.#rest, bytes);
    if (!this.#takeMagic()) return;
    for (;;) {
      const length = frameLength(this.#rest);
      if (length === undefined || (length <= MAX_FRAME && length > this.#rest.length)) return;
      const read = length > MAX_FRAME ? undefined : readFrame(this.#rest.subarray(0, length));
      if (read === undefined || !(await this.#take(read))) return this.#giveUp();
      this.#rest = this.#rest.slice(length);
    }
  }

  async end(): Promise<void> {
    if (this.record === undefined) {
      throw new TraceError(
        'The trace ends before it says what it is of, so nothing of it can be read.',
      );
    }
    if (this.#rest.length > 0) this.#giveUp();
  }

  /** Whether what comes next is frames. */
  #takeMagic(): boolean {
    if (this.#isMagicTaken) return true;
    if (this.#rest.length < TRACE_MAGIC.length) return false;
    const magic = magicOf(this.#rest);
    if (magic === 'none') throw new TraceError('This is no trace that viommu has written.');
    if (magic === 'newer') {
      throw new TraceError('A later version of viommu wrote this trace. Update viommu to read it.');
    }
    this.#rest = this.#rest.slice(TRACE_MAGIC.length);
    this.#isMagicTaken = true;
    return true;
  }

  /** Whether a frame is what it should be. */
  async #take({ kind, bytes }: Frame): Promise<boolean> {
    const value = await unpack(bytes);
    if (kind === HEAD_FRAME && this.record === undefined && isStart(value)) {
      this.keyframe = value.keyframe ?? undefined;
      this.record = new IommuRecord(value.head, { maxBytes: this.#maxBytes });
      return true;
    }
    if (kind !== BATCH_FRAME || this.record === undefined || !isBatch(value)) return false;
    const marks = value.marks.filter(isMark);
    this.#strangeMarks += value.marks.length - marks.length;
    this.record.append({ ...value, marks });
    return true;
  }

  #giveUp(): void {
    if (this.record === undefined) {
      throw new TraceError(
        'The trace is damaged at its beginning, so nothing of it can be read. Get it again.',
      );
    }
    this.#isDamaged = true;
    this.#rest = new Uint8Array(0);
    this.#remarks.push(
      `The trace is cut short or damaged after event ${this.record.lastSequence}: what is before it is whole.`,
    );
  }
}

/** The value in a frame; undefined when it is none. */
async function unpack(bytes: Uint8Array): Promise<unknown> {
  try {
    const packed = new Blob([new Uint8Array(bytes)]).stream();
    const plain = await bounded(packed.pipeThrough(new DecompressionStream('deflate-raw')));
    const jsonBytes = new DataView(plain.buffer).getUint32(0, true);
    const text = new TextDecoder().decode(plain.subarray(4, 4 + jsonBytes));
    return decodePlain(text, [plain.subarray(4 + jsonBytes)]);
  } catch {
    return undefined;
  }
}

async function bounded(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > MAX_PLAIN) throw new Error('too much for a frame');
    pieces.push(piece);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
