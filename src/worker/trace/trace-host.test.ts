import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_IMAGES } from '../../../test/support/no-images.ts';
import { encodeBatch, encodeStart } from '../../trace/formats/own-format.ts';
import { JsonLines } from '../../trace/formats/json-lines.ts';
import { batchesOf } from '../../trace/record/record-batches.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { Recorder } from '../../trace/record/recorder.ts';
import { History } from '../../trace/replay/history.ts';
import type { MachineBatch } from '../api/news.ts';
import { createTraceHost } from './trace-host.ts';

const TRACES = join(import.meta.dirname, '../../../test/support/traces');
const NO_REQUEST = { plan: {}, iommu: null };
const unheard = (): void => undefined;

function shared(name: string): Blob {
  return new Blob([readFileSync(join(TRACES, name))]);
}

/** What a page makes of what it is told. */
async function told(file: Blob) {
  const host = createTraceHost();
  const opened = await host.opening.open(file, unheard);
  const batches: MachineBatch[] = [];
  let end = (): void => undefined;
  const isAll = new Promise<void>((resolve) => {
    end = resolve;
  });
  await host.news.listen((batch) => {
    batches.push(batch);
    if (batch.state !== null) end();
  });
  const info = await host.power.boot(NO_REQUEST, NO_IMAGES);
  await isAll;
  const { begins } = batches[0] ?? {};
  if (begins === null || begins === undefined) throw new Error('no record begins');
  const record = new IommuRecord(begins.head);
  for (const batch of batches.flatMap((each) => each.record)) record.append(batch);
  const history = new History(record, { keyframe: begins.keyframe ?? undefined });
  return { host, opened, info, batches, history, last: batches.at(-1) };
}

/** A record of the project's own, in its two formats. */
async function ownFiles() {
  const source = (await told(shared('qemu-7.2.txt'))).history.record;
  const recorder = new Recorder();
  const head = { ...source.head, source: 'viommu' } as const;
  const record = new IommuRecord(head);
  recorder.mark({ kind: 'console', line: 'Linux version 6.12' }, { timeMs: 0, instructions: 0 });
  for (const batch of recorder.take()) record.append(batch);
  for (const batch of batchesOf(source)) record.append(batch);
  const pieces = [await encodeStart({ head, keyframe: null })];
  for (const batch of batchesOf(record)) pieces.push(await encodeBatch(batch));
  return { own: new Blob(pieces), lines: new Blob([...new JsonLines(record).next()]), record };
}

describe('a file that is opened', () => {
  it.each([
    // Linux's text does not tell of domains
    ['qemu-7.2.txt', 'qemu', true],
    ['ftrace-6.12.txt', 'ftrace', false],
  ])('%s is told as a machine that does not run', async (name, source, hasDomains) => {
    const { opened, batches, info, history, last, host } = await told(shared(name));
    expect(opened).toMatchObject({ kind: 'trace', source, events: history.record.count });
    expect(history.record.count).toBeGreaterThan(50);
    expect(new Set(batches.map(({ status }) => status))).toEqual(new Set(['trace']));
    const { domains, endpoints } = last?.state ?? { domains: [], endpoints: [] };
    expect(domains.length > 0).toBe(hasDomains);
    expect(info.endpoints.map(({ id }) => id)).toEqual(
      expect.arrayContaining(endpoints.map(({ id }) => id)),
    );
    const [domain] = domains;
    const mappings = await host.look.listMappings(domain?.id ?? 0, 0n, 10_000);
    expect(mappings).toHaveLength(domain?.mappings ?? 0);
    await expect(host.power.resume()).rejects.toThrow('This is a trace: nothing runs.');
  });

  it('is told whole, with what the guest printed, whatever its format', async () => {
    const { own, lines, record } = await ownFiles();
    for (const file of [own, lines]) {
      const { history, batches, opened } = await told(file);
      expect(opened).toMatchObject({ kind: 'trace' });
      expect(history.record.lastSequence).toBe(record.lastSequence);
      const [first] = batches;
      expect(new TextDecoder().decode(first?.console)).toBe('Linux version 6.12\r\n');
    }
  });

  it('that is cut short is told as far as it goes', async () => {
    const { own } = await ownFiles();
    const { opened } = await told(own.slice(0, own.size - 3));
    expect(opened).toMatchObject({ remarks: [expect.stringMatching(/cut short or damaged/)] });
  });

  it('explains its faults', async () => {
    const { host, history } = await told(shared('qemu-7.2.txt'));
    const { record } = history;
    const sequences = Array.from({ length: record.lastSequence }, (_none, index) => index + 1);
    const fault = sequences.find((each) => record.event(each)?.event.kind === 'faulted') ?? 0;
    const story = await host.why.explain(fault);
    expect(story?.sentence).toMatch(/\.$/);
    expect(await host.why.explain(1)).toBeNull();
    expect(await host.why.names([0xc010_0000])).toBeNull();
  });

  it('that is a recording is left to its machine', async () => {
    const file = new Blob(['viommu recording', new Uint8Array(100)]);
    const opened = await createTraceHost().opening.open(file, unheard);
    expect(opened).toEqual({ kind: 'recording' });
  });

  it.each([
    ['nothing', '', 'The file is empty.'],
    ['a letter', 'Dear Sir or Madam', 'This is no trace that viommu can read.'],
    ['a later trace', 'viommu trace 9\n\n', 'A later version of viommu wrote this trace.'],
    ['a damaged trace', `viommu trace 2\n\n${'x'.repeat(64)}`, 'The trace is damaged'],
    ['what is for looking at', '{"traceEvents":[]}', 'open it in Perfetto'],
  ])('and is %s is refused in a sentence', async (_what, text, sentence) => {
    const opening = createTraceHost().opening.open(new Blob([text]), unheard);
    await expect(opening).rejects.toThrow(sentence);
  });

  it('tells how far it was read', async () => {
    const file = shared('qemu-7.2.txt');
    const read: number[] = [];
    await createTraceHost().opening.open(file, (bytes) => void read.push(bytes));
    expect(read.at(-1)).toBe(file.size);
  });
});
