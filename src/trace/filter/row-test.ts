// Tests of rows: each looks at a stretch of a chunk's columns at a time, so that no event becomes an object and a million
// of them cost milliseconds. The same tests look at marks, one by one: those are few, and objects already.

import type { EventChunk } from '../record/event-chunk.ts';
import { EVENT_KINDS } from '../record/event-kinds.ts';
import type { Mark } from '../record/marks.ts';
import type { EventKind } from './names.ts';

/** Rows that are looked at in one go, at most. */
export const STRETCH = 2048;

/**
 * Looks at the rows from `from` to before `to`, at most STRETCH of them. What becomes of them stands in `out`, the first row
 * at 0: rows that have a 1 there and do not pass get a 0; those that have a 0 are out already.
 */
export type RowTest = (chunk: EventChunk, from: number, to: number, out: Uint8Array) => void;

export interface Test {
  readonly rows: RowTest;
  readonly mark: (mark: Mark) => boolean;
}

/** All pass. */
export const EVERYTHING: Test = { rows: () => {}, mark: () => true };

/** What all tests let through: each sees what those before it left. */
export function allOf(tests: readonly Test[]): Test {
  return {
    rows: (chunk, from, to, out) => {
      for (const { rows } of tests) rows(chunk, from, to, out);
    },
    mark: (mark) => tests.every((test) => test.mark(mark)),
  };
}

/** What any test lets through: each sees what those before it did not. */
export function anyOf(tests: readonly Test[]): Test {
  const left = new Uint8Array(STRETCH);
  const passed = new Uint8Array(STRETCH);
  // Four rows at a time
  const leftWords = new Uint32Array(left.buffer);
  const passedWords = new Uint32Array(passed.buffer);
  return {
    rows: (chunk, from, to, out) => {
      const count = to - from;
      const words = Math.ceil(count / 4);
      left.set(out.subarray(0, count));
      for (const { rows } of tests) {
        passed.set(left);
        rows(chunk, from, to, passed);
        for (let at = 0; at < words; at += 1) {
          leftWords[at] = (leftWords[at] ?? 0) ^ (passedWords[at] ?? 0);
        }
      }
      for (let at = 0; at < count; at += 1) out[at] = (out[at] ?? 0) ^ (left[at] ?? 0);
    },
    mark: (mark) => tests.some((test) => test.mark(mark)),
  };
}

/** What a test does not let through. */
export function notOf({ rows, mark }: Test): Test {
  const passed = new Uint8Array(STRETCH);
  return {
    rows: (chunk, from, to, out) => {
      const count = to - from;
      passed.set(out.subarray(0, count));
      rows(chunk, from, to, passed);
      for (let at = 0; at < count; at += 1) out[at] = (out[at] ?? 0) ^ (passed[at] ?? 0);
    },
    mark: (each) => !mark(each),
  };
}

/** A table by the byte of a kind: 1 for these. */
export function kindTable(isMeant: (kind: EventKind) => boolean): Uint8Array {
  const table = new Uint8Array(256);
  for (const [code, kind] of EVENT_KINDS.entries()) table[code] = Number(isMeant(kind));
  return table;
}
