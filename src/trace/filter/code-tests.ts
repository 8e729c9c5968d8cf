// Tests of what stands in a byte or in bits: kinds, status, reasons, flags, and what is true or false of an event.

import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import { FAULT_REPORTED, FAULT_RING, NO_STATUS } from '../record/event-columns.ts';
import { EVENT_KINDS } from '../record/event-kinds.ts';
import { markFlags } from './mark-facts.ts';
import { EVENT_NAMES, FLAG_NAMES, type EventKind } from './names.ts';
import { kindTable, type RowTest, type Test } from './row-test.ts';

const REQUESTS: readonly EventKind[] = [
  'attached',
  'detached',
  'mapped',
  'unmapped',
  'probed',
  'ignored',
];

/** A test of `kind`, for kinds of events and of marks. */
export function kindTest(names: readonly string[], isNegated: boolean): Test {
  const words = new Map<string, EventKind>(Object.entries(EVENT_NAMES));
  const wanted = names.map((name) => words.get(name));
  const table = kindTable((kind) => wanted.includes(kind) !== isNegated);
  return {
    rows: ({ columns: { kind } }, from, to, out) => {
      for (let row = from; row < to; row += 1) {
        out[row - from] = (out[row - from] ?? 0) & (table[kind[row] ?? 0] ?? 0);
      }
    },
    mark: ({ kind }) => names.includes(kind) !== isNegated,
  };
}

/** A test of `status` or `reason`: both stand in one column, of requests and of faults. */
export function statusTest(field: string, codes: readonly number[], isNegated: boolean): Test {
  const has = kindTable((kind) =>
    field === 'reason' ? kind === 'faulted' : REQUESTS.includes(kind),
  );
  const table = new Uint8Array(256);
  for (const code of table.keys()) table[code] = Number(codes.includes(code) !== isNegated);
  // A reason may be any byte; a status that is none is no value
  if (field === 'status') table[NO_STATUS] = 0;
  return {
    rows: ({ columns: { kind, status } }, from, to, out) => {
      for (let row = from; row < to; row += 1) {
        out[row - from] =
          (out[row - from] ?? 0) & (has[kind[row] ?? 0] ?? 0) & (table[status[row] ?? 0] ?? 0);
      }
    },
    mark: () => false,
  };
}

/** A test of `flags has`. */
export function flagTest(name: string): Test {
  const { bit = 0, of = [] } = FLAG_NAMES[name] ?? {};
  return {
    rows: bitRows(
      kindTable((kind) => of.includes(kind)),
      bit,
    ),
    mark: (mark) => of.includes('mapped') && ((markFlags(mark) ?? 0) & bit) !== 0,
  };
}

function bitRows(has: Uint8Array, bit: number): RowTest {
  return ({ columns: { kind, flags } }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      out[row - from] = Number(has[kind[row] ?? 0] === 1 && ((flags[row] ?? 0) & bit) !== 0);
    }
  };
}

/** A test of `refused`, `reported` or `ring`. */
export function claimTest(field: string): Test {
  const faulted = kindTable((kind) => kind === 'faulted');
  const rows =
    field === 'refused'
      ? refusedRows()
      : bitRows(faulted, field === 'ring' ? FAULT_RING : FAULT_REPORTED);
  return { rows, mark: () => false };
}

/** A request that was not understood is refused even where it went back unwritten. */
function refusedRows(): RowTest {
  const requests = kindTable((kind) => REQUESTS.includes(kind));
  const ignored = EVENT_KINDS.indexOf('ignored');
  return ({ columns: { kind, status } }, from, to, out) => {
    for (let row = from; row < to; row += 1) {
      if (out[row - from] === 0) continue;
      const isWrong = status[row] !== VIRTIO_IOMMU_S_OK && status[row] !== NO_STATUS;
      const isRequest = requests[kind[row] ?? 0] === 1;
      out[row - from] = Number(isRequest && (isWrong || kind[row] === ignored));
    }
  };
}
