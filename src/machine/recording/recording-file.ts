// A recorded run as a file: what it belongs to, then stretch after stretch, each with a checksum of its own, and at the end
// the run's digest. A file that was cut short is whole up to its last whole stretch.
//
//   magic (16 bytes)  frame  frame  …      frames as in base/frames.ts

import { BytesError } from '../../base/byte-reader.ts';
import { frame, framesOf } from '../../base/frames.ts';
import { InputError } from '../images/guest-images.ts';
import { decodeStretch, encodeStretch, type RecordedStretch } from './recording-parts.ts';
import { checkHead, type RecordingHead } from './recording-head.ts';

/** How the run was when the recording ended. */
export interface RecordingEnd {
  readonly digest: string;
  readonly instructions: number;
}

/** A recorded run. */
export interface Recording extends RecordedStretch {
  readonly head: RecordingHead;
  /** Undefined when the file was cut short. */
  readonly end: RecordingEnd | undefined;
  /** What is wrong with the file, in a sentence for the user; undefined when it is whole. */
  readonly damage: string | undefined;
}

const MAGIC = 'viommu recording';
const HEAD = 1;
const STRETCH = 2;
const END = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function json(kind: number, value: object): Uint8Array<ArrayBuffer> {
  return frame(kind, encoder.encode(JSON.stringify(value)));
}

/** Whether a file that begins so is one, or may be one that was cut short. */
export function isRecording(start: Uint8Array): boolean {
  return (
    start.length > 0 &&
    encoder.encode(MAGIC).every((byte, at) => at >= start.length || start[at] === byte)
  );
}

/** The beginning of a file. */
export function encodeHead(head: RecordingHead): Uint8Array<ArrayBuffer> {
  const first = json(HEAD, head);
  const bytes = new Uint8Array(MAGIC.length + first.length);
  bytes.set(encoder.encode(MAGIC));
  bytes.set(first, MAGIC.length);
  return bytes;
}

/** One more stretch, which begins at a tick. */
export function encodeNext(stretch: RecordedStretch, fromTick: number): Uint8Array<ArrayBuffer> {
  return frame(STRETCH, encodeStretch(stretch, fromTick));
}

export function encodeEnd(end: RecordingEnd): Uint8Array<ArrayBuffer> {
  return json(END, end);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

function isEnd(value: unknown): value is RecordingEnd {
  return (
    typeof value === 'object' &&
    value !== null &&
    'digest' in value &&
    typeof value.digest === 'string' &&
    'instructions' in value &&
    typeof value.instructions === 'number'
  );
}

/**
 * Reads a file. Throws `InputError` when it is no recording, one of another version, or damaged at its very beginning; of
 * a file that is damaged later the part before is returned, with what is wrong.
 */
export function decodeRecording(file: Uint8Array): Recording {
  if (decoder.decode(file.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new InputError(
      'This file is no recording of viommu. Give one that "viommu boot --record" or the page has saved.',
    );
  }
  const [first, ...frames] = framesOf(file, MAGIC.length);
  if (first?.kind !== HEAD) {
    throw new InputError(
      'The recording is damaged at its beginning, so nothing of it can be read. Get it again.',
    );
  }
  const head = checkHead(parseJson(first.bytes));
  const stretches: RecordedStretch[] = [];
  let end: RecordingEnd | undefined;
  try {
    for (const { kind, bytes } of frames) {
      if (kind === STRETCH) stretches.push(decodeStretch(bytes, stretches.at(-1)?.ticks ?? 0));
      const value = kind === END ? parseJson(bytes) : undefined;
      if (isEnd(value)) end = value;
    }
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
  }
  const { ticks = 0, events = 0 } = stretches.at(-1) ?? {};
  const damage = `The recording is cut short or damaged after event ${events}: what is before it is whole.`;
  return {
    head,
    ticks,
    events,
    inputs: stretches.flatMap(({ inputs }) => inputs),
    marks: joined(stretches.map(({ marks }) => marks)),
    end,
    damage: end === undefined ? damage : undefined,
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
