// A record as CSV (RFC 4180) for spreadsheets: an event a line, with a header. Addresses are hexadecimal; a field that an
// event does not have, or that is not known, is empty.

import { NO_STATUS } from '../record/event-columns.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import { writtenMs } from '../trace-lines.ts';
import { Pieces } from './pieces.ts';

/** Fields of events, in the order of their columns. */
const FIELDS = [
  'endpoint',
  'domain',
  'virtStart',
  'virtEnd',
  'physStart',
  'flags',
  'status',
  'removed',
  'reason',
  'address',
  'start',
  'length',
  'isRing',
  'mappedFlags',
  'isReported',
  'type',
  'readableBytes',
  'writableBytes',
  'isBypass',
  'features',
  'isMaster',
] as const;

const COLUMNS = ['sequence', 'timeMs', 'kind', 'endpointName', ...FIELDS, 'task', 'pid'];

type Cell = string | number | bigint | boolean | null | undefined;

const END = '\r\n';

/** The header with its end. */
export const CSV_HEADER = `${COLUMNS.join(',')}${END}`;

/** The lines of a record's events from one on, in pieces of text; without the header. */
export function* csvPieces(record: IommuRecord, from: number): Generator<string> {
  const pieces = new Pieces();
  const names = new Map(record.head.endpoints.map(({ id, name }) => [id, name]));
  const first = Math.max(from, record.firstSequence, 1);
  for (let sequence = first; sequence <= record.lastSequence; sequence += 1) {
    const line = lineOf(record, sequence, names);
    if (line !== undefined) yield* pieces.add(line);
  }
  yield* pieces.end();
}

function lineOf(
  record: IommuRecord,
  sequence: number,
  names: ReadonlyMap<number, string>,
): string | undefined {
  const recorded = record.event(sequence);
  if (recorded === undefined) return undefined;
  const { event, timeMs } = recorded;
  const fields = new Map<string, Cell>(Object.entries(event));
  if (fields.get('status') === NO_STATUS) fields.delete('status');
  const name = 'endpoint' in event ? names.get(event.endpoint) : undefined;
  const { task } = record.who(sequence);
  const time = writtenMs(timeMs, record.head.facts.times);
  const values = [sequence, time, event.kind, name, ...FIELDS.map((field) => fields.get(field))];
  return [...values, task?.comm, task?.pid].map(cell).join(',') + END;
}

function cell(value: Cell): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  const text = String(value);
  // RFC 4180, 2.6 and 2.7
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
