// Chains of 16 descriptors: all contestants read the same table of descriptors and leave 16 segments, which are read
// then.
//
// The loops have no loop over the 16: V8 would spend more time on its turns than on their work.

import type { Draws } from '../draws.ts';
import { compile } from '../fresh-copy.ts';
import type { Work } from '../race.ts';

const INDICES = Array.from({ length: 16 }, (_, index) => index);
const WORDS = 4;

/** Calls of the engine, and its places as indices into `words`. */
export interface ChainInputs {
  /** Translates `count` buffers from number `first` on; returns the number of segments. */
  readonly translateBatch: (owner: number, first: number, count: number, access: number) => number;
  readonly translate: (
    owner: number,
    high: number,
    low: number,
    length: number,
    access: number,
  ) => number;
  readonly owner: number;
  readonly words: Uint32Array;
  /** Buffers and segments, four words each: low, high, length, unused. */
  readonly bufferAt: number;
  readonly segmentAt: number;
}

type MakeChains<Inputs> = (inputs: Inputs, draws: Draws) => Work;

function readAnswers(list: string, from: number): string {
  return INDICES.map((index) => {
    const at = from + index * WORDS;
    return `sum = (sum + ((${list}[${at}] ?? 0) ^ (${list}[${at + 1}] ?? 0))) | 0;`;
  }).join('\n');
}

/** `text` for each descriptor of a chain, with `low`, `high` and `length` read. */
function forEachDescriptor(text: (segment: number) => string): string {
  return INDICES.map(
    (index) => `{
      const low = descriptors[at + ${index * WORDS}] ?? 0;
      const high = descriptors[at + ${index * WORDS + 1}] ?? 0;
      const length = descriptors[at + ${index * WORDS + 2}] ?? 0;
      ${text(index * WORDS)}
    }`,
  ).join('\n');
}

/** A loop that fills `segments` chain by chain. */
function compileChains<Inputs>(parameter: string, text: (segment: number) => string) {
  const make: MakeChains<Inputs> = compile(
    `(${parameter}, { descriptors }) => {
      const segments = new Uint32Array(${INDICES.length * WORDS});
      return (start, end) => {
        let sum = 0;
        for (let at = start * ${WORDS}; at < end * ${WORDS}; at += ${INDICES.length * WORDS}) {
          ${forEachDescriptor(text)}
          ${readAnswers('segments', 0)}
        }
        return sum;
      };
    }`,
  );
  return make;
}

/** One load of a flat array for each descriptor, and what the engine checks. */
export function flatChains(flat: Uint32Array, draws: Draws): Work {
  const make = compileChains<Uint32Array>(
    'flat',
    (segment) => `
      const entry = flat[(high << 20) | (low >>> 12)] ?? 0;
      const offset = low & 0xfff;
      if ((entry & 1) === 0 || offset + length > 0x1000) return NaN;
      const phys = entry >>> 2;
      segments[${segment}] = (phys << 12) | offset;
      segments[${segment + 1}] = phys >>> 20;
      segments[${segment + 2}] = length;`,
  );
  return make(flat, draws);
}

/** A call for each descriptor. */
export function singleChains(inputs: ChainInputs, draws: Draws): Work {
  const { segmentAt } = inputs;
  const make = compileChains<ChainInputs>(
    '{ translate, owner, words }',
    (segment) => `
      const page = translate(owner, high, low, length, 1);
      if (page >= 0) {
        segments[${segment}] = (page << 12) | (low & 0xfff);
        segments[${segment + 1}] = page >>> 20;
      } else if (page === -4) {
        segments[${segment}] = words[${segmentAt}] ?? 0;
        segments[${segment + 1}] = words[${segmentAt + 1}] ?? 0;
      } else return NaN;
      segments[${segment + 2}] = length;`,
  );
  return make(inputs, draws);
}

/** As a device reads an indirect table: 1024 descriptors are copied in one piece, and each chain is one call. */
export function batchChains(inputs: ChainInputs, draws: Draws): Work {
  const { bufferAt, segmentAt } = inputs;
  const make: MakeChains<ChainInputs> = compile(
    `({ translateBatch, owner, words }, { descriptors }) => (start, end) => {
      let sum = 0;
      for (let table = start; table < end; table += 1024) {
        const count = Math.min(1024, end - table);
        words.set(descriptors.subarray(table * ${WORDS}, (table + count) * ${WORDS}), ${bufferAt});
        for (let first = 0; first < count; first += 16) {
          if (translateBatch(owner, first, 16, 1) !== 16) return NaN;
          ${readAnswers('words', segmentAt)}
        }
      }
      return sum;
    }`,
  );
  return make(inputs, draws);
}
