// Tests of plain numbers and times.

import { TIME_PER_MS } from '../record/batch.ts';
import { FAULT_FLAGS, NO_DOMAIN } from '../record/event-columns.ts';
import { KIND_CODES } from '../record/event-kinds.ts';
import { markRanges } from './mark-facts.ts';
import type { EventKind } from './names.ts';
import { NS_PER_TIME } from './quantities.ts';
import { NumberRanges, overlapsAny, type BigRange, type Wanted } from './ranges.ts';
import { kindTable, type RowTest, type Test } from './row-test.ts';

const OF_DOMAIN: readonly EventKind[] = ['attached', 'detached', 'mapped', 'unmapped', 'faulted'];
const OF_FLAGS: readonly EventKind[] = ['attached', 'mapped', 'faulted'];
const DETACHED = KIND_CODES.get('detached') ?? -1;
const FAULTED = KIND_CODES.get('faulted') ?? -1;

/** A test of a field's numbers, by what is wanted of them. */
export function numberTest(field: string, wanted: Wanted): Test {
  return { rows: rowsOf(field, wanted), mark: (mark) => passes(markRanges(mark, field), wanted) };
}

/** Whether what there is of a field passes; nothing never does. */
export function passes(there: readonly BigRange[], { ranges, isNegated }: Wanted): boolean {
  return there.length > 0 && there.some((each) => overlapsAny(ranges, each)) !== isNegated;
}

function rowsOf(field: string, wanted: Wanted): RowTest {
  switch (field) {
    case 'domain':
      return domainRows(wanted);
    case 'flags':
      return flagRows(wanted);
    case 'removed':
      return removedRows(wanted);
    case 'time':
      return timeRows(wanted);
    case 'instructions':
      return instructionRows(wanted);
    default:
      return sequenceRows(wanted);
  }
}

function domainRows({ ranges, isNegated }: Wanted): RowTest {
  const has = kindTable((kind) => OF_DOMAIN.includes(kind));
  const numbers = new NumberRanges(ranges);
  return ({ columns: { kind, domain, flags } }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const code = kind[row] ?? 0;
      const isNone =
        (code === DETACHED || code === FAULTED) && ((flags[row] ?? 0) & NO_DOMAIN) !== 0;
      const isThere = has[code] === 1 && !isNone;
      out[row - from] = Number(isThere && numbers.has(domain[row] ?? 0) !== isNegated);
    }
  };
}

function flagRows({ ranges, isNegated }: Wanted): RowTest {
  const has = kindTable((kind) => OF_FLAGS.includes(kind));
  const numbers = new NumberRanges(ranges);
  return ({ columns: { kind, flags } }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const word = flags[row] ?? 0;
      const value = kind[row] === FAULTED ? word & FAULT_FLAGS : word;
      const isThere = has[kind[row] ?? 0] === 1;
      out[row - from] = Number(isThere && numbers.has(value) !== isNegated);
    }
  };
}

function removedRows({ ranges, isNegated }: Wanted): RowTest {
  const has = kindTable((kind) => kind === 'unmapped');
  const numbers = new NumberRanges(ranges);
  return ({ columns: { kind, gpaLow } }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const isThere = has[kind[row] ?? 0] === 1;
      out[row - from] = Number(isThere && numbers.has(gpaLow[row] ?? 0) !== isNegated);
    }
  };
}

/** Compares in units of the column: a time between two of them is nobody's. */
function timeRows({ ranges, isNegated }: Wanted): RowTest {
  const units = ranges
    .map(({ start, end }) => ({
      start: (start + NS_PER_TIME - 1n) / NS_PER_TIME,
      end: end / NS_PER_TIME,
    }))
    .filter(({ start, end }) => start <= end);
  const numbers = new NumberRanges(units);
  return ({ columns: { time }, baseMs }, from, to, out) => {
    const base = Math.round(baseMs * TIME_PER_MS);
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      out[row - from] = Number(numbers.has(base + (time[row] ?? 0)) !== isNegated);
    }
  };
}

function instructionRows({ ranges, isNegated }: Wanted): RowTest {
  const numbers = new NumberRanges(ranges);
  return ({ columns: { instructions }, baseInstructions }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const value = baseInstructions + (instructions[row] ?? 0);
      out[row - from] = Number(numbers.has(value) !== isNegated);
    }
  };
}

function sequenceRows({ ranges, isNegated }: Wanted): RowTest {
  const numbers = new NumberRanges(ranges);
  return ({ firstSequence }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      out[row - from] = Number(numbers.has(firstSequence + row) !== isNegated);
    }
  };
}
