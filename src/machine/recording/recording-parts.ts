// A stretch of a run as bytes: how far it goes, what the host did in it, and the marks of its events.

import { ByteReader, BytesError } from '../../base/byte-reader.ts';
import { ByteWriter } from '../../base/byte-writer.ts';
import { checkShareName } from '../images/shared-files.ts';
import type { Input, LoggedInput } from './input.ts';

/** A stretch of a run. */
export interface RecordedStretch {
  /** Ticks of the run at its end. */
  readonly ticks: number;
  /** Events of the run at its end. */
  readonly events: number;
  readonly inputs: readonly LoggedInput[];
  readonly marks: Uint8Array;
}

const KINDS: readonly Input['kind'][] = [
  'console',
  'agent',
  'access',
  'power-cycle',
  'forget-code',
  'file',
];

function writeInput(
  writer: ByteWriter,
  { tick, idleUs, input }: LoggedInput,
  before: number,
): void {
  writer.varint(tick - before);
  writer.varint(idleUs);
  writer.u8(KINDS.indexOf(input.kind));
  switch (input.kind) {
    case 'console':
    case 'agent':
      writer.block(input.bytes);
      break;
    case 'file':
      writer.block(new TextEncoder().encode(input.name));
      writer.block(input.bytes);
      break;
    case 'access':
      writer.varint(input.request.endpoint);
      writer.u64(input.request.address);
      writer.u8(input.request.access === 'write' ? 1 : 0);
      writer.varint(input.request.length);
      break;
    case 'power-cycle':
    case 'forget-code':
      break;
  }
}

function readInput(reader: ByteReader, before: number): LoggedInput {
  const tick = before + reader.varint();
  const idleUs = reader.varint();
  const kind = KINDS[reader.u8()];
  if (kind === undefined) throw new BytesError('an input is of no kind that there is');
  return { tick, idleUs, input: readContent(reader, kind) };
}

function readContent(reader: ByteReader, kind: Input['kind']): Input {
  switch (kind) {
    case 'console':
    case 'agent':
      return { kind, bytes: new Uint8Array(reader.block()) };
    case 'file': {
      const name = new TextDecoder().decode(reader.block());
      checkShareName(name);
      return { kind, name, bytes: new Uint8Array(reader.block()) };
    }
    case 'access': {
      const endpoint = reader.varint();
      const address = reader.u64();
      const access = reader.u8() === 1 ? 'write' : 'read';
      const length = reader.varint();
      return { kind, request: { endpoint, address, access, length } };
    }
    case 'power-cycle':
    case 'forget-code':
      return { kind };
  }
}

/** `fromTick` is where the stretch begins. */
export function encodeStretch(stretch: RecordedStretch, fromTick: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.varint(stretch.ticks);
  writer.varint(stretch.events);
  writer.varint(stretch.inputs.length);
  let tick = fromTick;
  for (const input of stretch.inputs) {
    writeInput(writer, input, tick);
    tick = input.tick;
  }
  writer.block(stretch.marks);
  return writer.take();
}

/** Throws `BytesError`. */
export function decodeStretch(bytes: Uint8Array, fromTick: number): RecordedStretch {
  const reader = new ByteReader(bytes);
  const ticks = reader.varint();
  const events = reader.varint();
  const count = reader.varint();
  const inputs: LoggedInput[] = [];
  let tick = fromTick;
  for (let index = 0; index < count; index += 1) {
    const input = readInput(reader, tick);
    inputs.push(input);
    ({ tick } = input);
  }
  const marks = new Uint8Array(reader.block());
  if (!reader.isAtEnd || tick > ticks) throw new BytesError('a stretch does not end where it says');
  return { ticks, events, inputs, marks };
}
