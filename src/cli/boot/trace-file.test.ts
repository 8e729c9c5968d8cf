import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import { OwnReader } from '../../trace/formats/own-reader.ts';
import { type RecordHead } from '../../trace/record/head.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { Recorder } from '../../trace/record/recorder.ts';
import { chromeFlaws } from '../../../test/support/chrome-rules.ts';
import { TraceFile } from './trace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LINES =
  '{"after":0,"timeMs":1,"kind":"stage","stage":"kernel"}\n{"sequence":1,"timeMs":1,"kind":"reset"}\n';
const HEAD: RecordHead = PLAIN_HEAD;
/** A record of a mark and a reset. */
function record(): IommuRecord {
  const [recorder, made] = [new Recorder(), new IommuRecord(HEAD)];
  const time = { timeMs: 1, instructions: 2 };
  recorder.mark({ kind: 'stage', stage: 'kernel' }, time);
  recorder.add({ kind: 'reset', sequence: 1 }, time);
  for (const batch of recorder.take()) made.append(batch);
  return made;
}

/** More than any process has for its number. */
const NOBODY = 2 ** 30;

it('refuses a file that another trace is being written to, and takes it afterwards', async () => {
  const path = join(folder, 'shared.jsonl');
  const first = new TraceFile(path);
  first.begin(record);
  expect(() => new TraceFile(path)).toThrow(`Another run is writing its trace to ${path}.`);
  await first.close();
  expect(readFileSync(path, 'utf8')).toBe(LINES);
  const second = new TraceFile(path);
  await second.close();
  expect(readFileSync(path, 'utf8')).toBe('');
  expect(existsSync(`${path}.lock`)).toBe(false);
});

it.each([
  ['of a process that has ended', `${NOBODY}\n`],
  ['without a process', ''],
])('takes no notice of a lock %s', async (_what, content) => {
  const path = join(folder, 'left.jsonl');
  writeFileSync(`${path}.lock`, content);
  const trace = new TraceFile(path);
  trace.begin(record);
  await trace.close();
  expect(readFileSync(path, 'utf8')).toBe(LINES);
});

it('says once that there is no room, and is closed then', async () => {
  const path = join(folder, 'full.jsonl');
  symlinkSync('/dev/full', path);
  const told: unknown[] = [];
  const trace = new TraceFile(path, (error) => told.push(error));
  trace.begin(record);
  await expect(trace.close()).rejects.toThrow(InputError);
  trace.add();
  await trace.close();
  expect(told).toEqual([]);
});

it('says so while the run goes on, and not once more at its end', async () => {
  const path = join(folder, 'full.trace');
  symlinkSync('/dev/full', path);
  const told: unknown[] = [];
  const trace = new TraceFile(path, (error) => told.push(error));
  trace.begin(record);
  await expect.poll(() => told).toEqual([expect.any(InputError)]);
  await trace.close();
});

const RESETS = 10_000;

/** Writes a trace of that many resets, as they come; returns their record. */
async function traceResets(path: string): Promise<IommuRecord> {
  const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
  const gathered = (): IommuRecord => {
    for (const batch of recorder.take()) record.append(batch);
    return record;
  };
  const trace = new TraceFile(path);
  trace.begin(gathered);
  for (let sequence = 1; sequence <= RESETS; sequence += 1) {
    const event = { kind: 'reset', sequence } as const;
    recorder.add(event, { timeMs: sequence, instructions: sequence });
    trace.add();
  }
  await trace.close();
  return record;
}

it('writes a record that can be read again, as it grows', async () => {
  const path = join(folder, 'run.trace');
  const record = await traceResets(path);
  const reader = new OwnReader();
  await reader.push(readFileSync(path));
  await reader.end();
  expect(reader.remarks).toEqual([]);
  expect(reader.record?.lastSequence).toBe(RESETS);
  expect(reader.record?.event(9_999)).toEqual(record.event(9_999));
});

it('writes each event once to a file of CSV', async () => {
  const path = join(folder, 'run.csv');
  await traceResets(path);
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(header).toMatch(/^sequence,timeMs,kind/);
  expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(
    Array.from({ length: RESETS }, (_unused, at) => at + 1),
  );
});

it('writes Chrome JSON of the whole run', async () => {
  const path = join(folder, 'run.json');
  await traceResets(path);
  const text = readFileSync(path, 'utf8');
  expect(chromeFlaws(text)).toEqual([]);
  const { traceEvents } = JSON.parse(text);
  expect(traceEvents.filter(({ ph }: { ph: string }) => ph === 'X')).toHaveLength(RESETS);
});

it('leaves no lock where it cannot write', () => {
  expect(() => new TraceFile(join(folder, 'none', 'trace'))).toThrow('cannot be written');
  expect(() => new TraceFile(folder)).toThrow('cannot be written');
  expect(existsSync(`${folder}.lock`)).toBe(false);
});
