// Tests of who caused an event. A task or a stack is judged once, when its number is first met; rows then look it up.

import type { NewcomersOfWho, Stack, Task } from '../record/who.ts';
import type { Test } from './row-test.ts';
import { matchesSymbol } from './text-match.ts';

/** Whoever can be named by number, as `IommuRecord.everybody`: there will be more, and none else. */
export type Everybody = () => NewcomersOfWho;

/** The name of the function that an address is in; undefined when it is not known. */
export type Symbolizer = (address: number) => string | undefined;

/** Verdicts by number, from 1 on; 0 is nobody. */
class Verdicts<T> {
  readonly #all: () => readonly T[];
  readonly #judge: (one: T) => boolean;
  #table = new Uint8Array(256);
  #judged = 0;

  constructor(all: () => readonly T[], judge: (one: T) => boolean) {
    this.#all = all;
    this.#judge = judge;
  }

  /** By number, of all that there are now: 1 passes. */
  get table(): Uint8Array {
    const all = this.#all();
    if (all.length === this.#judged) return this.#table;
    if (all.length >= this.#table.length) {
      const larger = new Uint8Array(2 * all.length);
      larger.set(this.#table);
      this.#table = larger;
    }
    for (const one of all.slice(this.#judged)) {
      this.#judged += 1;
      this.#table[this.#judged] = Number(this.#judge(one));
    }
    return this.#table;
  }
}

/** The half of a who that is its stack; the other one is its task. */
const STACK = 0xffff;

/** A test of the current task. */
export function taskTest(everybody: Everybody, judge: (task: Task) => boolean): Test {
  const verdicts = new Verdicts(() => everybody().tasks, judge);
  return {
    rows: ({ columns: { who } }, from, to, out) => {
      const { table } = verdicts;
      for (let row = from; row < to; row += 1) {
        out[row - from] = (out[row - from] ?? 0) & (table[(who[row] ?? 0) >>> 16] ?? 0);
      }
    },
    mark: ({ who = 0 }) => verdicts.table[who >>> 16] === 1,
  };
}

/** A test of the stack: whether a frame of it is in a function that a pattern names. */
export function stackTest(everybody: Everybody, symbolize: Symbolizer, pattern: string): Test {
  const known = new Map<number, boolean>();
  const isMeant = (address: number): boolean => {
    const verdict = known.get(address);
    if (verdict !== undefined) return verdict;
    const symbol = symbolize(address);
    const isNamed = symbol !== undefined && matchesSymbol(symbol, pattern);
    known.set(address, isNamed);
    return isNamed;
  };
  const verdicts = new Verdicts<Stack>(
    () => everybody().stacks,
    ({ addresses }) => addresses.some(isMeant),
  );
  return {
    rows: ({ columns: { who } }, from, to, out) => {
      const { table } = verdicts;
      for (let row = from; row < to; row += 1) {
        out[row - from] = (out[row - from] ?? 0) & (table[(who[row] ?? 0) & STACK] ?? 0);
      }
    },
    mark: ({ who = 0 }) => verdicts.table[who & STACK] === 1,
  };
}
