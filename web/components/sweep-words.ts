// A sweep in words and figures.

import type { SweepResult, SweptEndpoint } from '../../src/worker/api/lab.ts';
import { formatExact, formatPlural } from '../format/quantity.ts';

const READ = 1;
const WRITE = 2;
const WRONG = 4;
const ALL = READ | WRITE | WRONG;

/** One device. */
export interface SweepRow {
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  readonly wrong: number;
  /** "reaches 15 pages" */
  readonly words: string;
}

export function sweepRow({ name, map, isMaster }: SweptEndpoint): SweepRow {
  // Pages by their bits
  const counts = new Uint32Array(ALL + 1);
  for (const bits of map) counts[bits & ALL] = (counts[bits & ALL] ?? 0) + 1;
  const having = (mask: number): number =>
    counts.reduce((sum, count, bits) => sum + ((bits & mask) === 0 ? 0 : count), 0);
  const reached = having(READ | WRITE);
  const verb = isMaster ? 'reaches' : 'would reach, once it masters the bus,';
  const words = `${verb} ${reached === 0 ? 'nothing' : formatPlural(reached, 'page')}`;
  return { name, reads: having(READ), writes: having(WRITE), wrong: having(WRONG), words };
}

export function sweepVerdict(result: SweepResult): {
  readonly isGood: boolean;
  readonly short: string;
  readonly text: string;
} {
  const { accesses, leaked, wronglyBlocked, sequence } = result;
  const tried = `${formatExact(accesses)} accesses after event ${formatExact(sequence)}`;
  if (leaked + wronglyBlocked === 0) {
    return {
      isGood: true,
      short: 'Nothing leaks.',
      text: `Of ${tried} each went as the driver’s requests say.`,
    };
  }
  return {
    isGood: false,
    short: 'Something is wrong.',
    text: `Of ${tried} ${formatExact(leaked)} reached what they may not, and ${formatExact(wronglyBlocked)} were stopped that ought not to be.`,
  };
}
