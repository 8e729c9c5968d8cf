import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allExplanations, eventsIn, outcomeOf, readText } from '../../../test/support/read-text.ts';
import { History } from '../replay/history.ts';
import { NO_STATUS } from '../record/event-columns.ts';
import { JsonLines } from './json-lines.ts';
import { JsonLinesReader } from './json-lines-reader.ts';
import { QemuTextReader } from './qemu-text-reader.ts';

const FROM_QEMU = readFileSync('test/support/traces/qemu-7.2.txt', 'utf8');
const BLK = 0x20;
const EDU = 0x30;
const status = NO_STATUS;

async function read(...lines: readonly string[]): Promise<QemuTextReader> {
  return readText(new QemuTextReader(), lines.map((line) => `virtio_iommu_${line}\n`).join(''));
}

const ATTACH = 'attach domain=1 endpoint=8';
const MAP = 'map domain=1 virt_start=0x1000 virt_end=0x1fff phys_start=0x5000 flags=3';
const UNMAP = 'unmap domain=1 virt_start=0x0 virt_end=0xffff';
const DONE = 'unmap_done domain=1 virt_start=0x1000 virt_end=0x1fff';
const ATTACHED = { kind: 'attached', endpoint: 8, domain: 1, flags: 0, status };
const LEAVE = 'detach_endpoint_from_domain domain=1 endpoint=8';

function countAt(history: History, sequence: number): number {
  const moment = history.at(sequence);
  return moment.isKnown ? moment.count : -1;
}

describe('requests in QEMU’s text', () => {
  it('are events whose status is not known', async () => {
    const reader = await read(ATTACH, 'get_domain Alloc domain=1', MAP, UNMAP, DONE);
    expect(eventsIn(reader)).toEqual([
      { ...ATTACHED, sequence: 1 },
      {
        kind: 'mapped',
        domain: 1,
        virtStart: 0x1000n,
        virtEnd: 0x1fffn,
        physStart: 0x5000n,
        flags: 3,
        status,
        sequence: 2,
      },
      {
        kind: 'unmapped',
        domain: 1,
        virtStart: 0n,
        virtEnd: 0xffffn,
        removed: 1,
        status,
        sequence: 3,
      },
    ]);
    expect(reader.record?.head.facts).toMatchObject({ status: false, times: false, who: false });
  });

  it('count the mappings that an UNMAP removed', async () => {
    const second = 'unmap_done domain=1 virt_start=0x2000 virt_end=0x2fff';
    const reader = await read(ATTACH, UNMAP, DONE, second, UNMAP);
    expect(eventsIn(reader)).toMatchObject([{}, { removed: 2 }, { removed: 0 }]);
  });

  it('move an endpoint with one ATTACH, whatever QEMU does for that', async () => {
    const reader = await read(ATTACH, 'attach domain=2 endpoint=8', LEAVE, MAP);
    expect(eventsIn(reader)).toMatchObject([
      { kind: 'attached', domain: 1 },
      { kind: 'attached', domain: 2 },
      { kind: 'mapped' },
    ]);
  });

  it('make a domain anew with an ATTACH of the endpoint that is in it', async () => {
    const reader = await read(ATTACH, MAP, ATTACH, LEAVE);
    expect(eventsIn(reader)).toMatchObject([
      { kind: 'attached' },
      { kind: 'mapped' },
      { kind: 'detached', endpoint: 8, domain: 1 },
      { kind: 'attached' },
    ]);
    expect(reader.remarks.join(' ')).toContain('attached to the domain that it was in');
  });

  it('detach once, and so does an endpoint that goes', async () => {
    const reader = await read(ATTACH, 'detach domain=1 endpoint=8', LEAVE, ATTACH, MAP, LEAVE);
    expect(eventsIn(reader).map(({ kind }) => kind)).toEqual([
      'attached',
      'detached',
      'attached',
      'mapped',
      'detached',
    ]);
  });

  it('have the times of their lines, from the first on', async () => {
    const text = [
      '1@100.000000:virtio_iommu_attach domain=1 endpoint=8',
      '1@100.002500:virtio_iommu_detach domain=1 endpoint=8',
    ].join('\n');
    const { record } = await readText(new QemuTextReader(), text);
    expect(record?.event(1)?.timeMs).toBe(0);
    expect(record?.event(2)?.timeMs).toBe(2.5);
    expect(record?.head.facts.times).toBe(true);
  });

  it('stand evenly apart where their lines have no times', async () => {
    const { record } = await read(ATTACH, MAP, UNMAP, DONE);
    expect([1, 2, 3].map((sequence) => record?.event(sequence)?.timeMs)).toEqual([1, 2, 3]);
    expect(record?.head.facts.times).toBe(false);
  });

  it('are left out in words where they cannot be read', async () => {
    const { remarks } = await read(ATTACH, 'attach domain=x', 'attach domain=y', 'fly');
    expect(remarks.slice(-2)).toEqual([
      '2 lines were left out, the first of them line 2: the text of its event virtio_iommu_attach is not as QEMU writes it.',
      'Line 4 was left out: the event virtio_iommu_fly is not known.',
    ]);
  });
});

describe('the text that a real QEMU wrote', async () => {
  const reader = await readText(new QemuTextReader(), FROM_QEMU);
  const { record } = reader;
  if (record === undefined) throw new Error('it was read');
  const history = new History(record);

  it('tells of the device and its endpoints', () => {
    expect(record.head).toMatchObject({
      source: 'qemu',
      device: { pageSizeMask: 0xffff_ffff_ffff_f000n, probeSize: 0x200, isBootBypass: false },
      endpoints: [{ id: BLK, name: '0x20' }, { id: 0x28 }, { id: EDU }],
    });
    expect(record.head.endpoints[0]?.reserved).toEqual([
      { kind: 'msi', start: 0xfee0_0000n, end: 0xfeef_ffffn },
    ]);
  });

  it('is a record with a state at any moment', () => {
    const moment = history.at(record.lastSequence);
    expect(moment).toMatchObject({ isKnown: true, isBypass: false, missing: null });
    if (!moment.isKnown) throw new Error('it is known');
    expect(moment.endpoint(BLK)).toMatchObject({ mode: 'attached', domain: 0 });
    expect(moment.lookup(0, 0xffff_e000n)).toMatchObject({ physStart: 0x33_c000n, flags: 3 });
  });

  it('has an UNMAP for each that there was, and each removed one mapping', () => {
    const removed = eventsIn(reader).filter(({ kind }) => kind === 'unmapped');
    const lines = FROM_QEMU.split('\n').filter((line) => line.startsWith('virtio_iommu_unmap '));
    expect(lines.length).toBeGreaterThan(10);
    expect(removed).toHaveLength(lines.length);
    expect(removed.every((event) => event.kind === 'unmapped' && event.removed === 1)).toBe(true);
  });

  it('explains its faults as far as its facts go', () => {
    const faults = allExplanations(history);
    expect(faults).toHaveLength(8);
    expect(faults[0]).toMatchObject({ cause: 'never-attached', evidence: [3] });
    expect(faults.at(-1)).toMatchObject({
      cause: 'never-mapped',
      sentence: expect.stringContaining('0x30 tried to read 0x345684'),
    });
  });

  it('stays what it is as JSON lines', async () => {
    const lines = [...new JsonLines(record).next()];
    expect(lines.join('')).toMatch(/"timeMs":null.*"status":null/);
    const again = await readText(new JsonLinesReader(), lines.join(''));
    expect(again.remarks).toEqual([]);
    expect(eventsIn(again)).toEqual(eventsIn(reader));
    expect(again.record?.event(7)).toEqual(record.event(7));
    expect(again.record?.head.facts).toMatchObject({ status: false, times: false });
    expect([...new JsonLines(again.record).next()]).toEqual(lines);
    const moment = new History(again.record).at(record.lastSequence);
    expect(moment).toMatchObject({ isKnown: true, count: countAt(history, record.lastSequence) });
  });

  it('says what it does not tell, and what is not in the record', () => {
    expect(reader.remarks.join(' ')).toMatch(/status of a request.*no times.*ordinary accesses/);
  });
});

it('makes a record or a sentence of any text', async () => {
  const lines = FROM_QEMU.split('\n').filter((line) => !line.includes('translate'));
  const anyLine = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...lines) },
    { weight: 1, arbitrary: fc.string() },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...lines), fc.nat(80), fc.constantFrom('-1', 'x', '', '0', '='))
        .map(([line, at, by]) => `${line.slice(0, at)}${by}${line.slice(at + 1)}`),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyLine, { maxLength: 60 }), async (all) => {
      await expect(outcomeOf(new QemuTextReader(), all.join('\n'))).resolves.toMatch(
        /^\d+ events|no request, fault or reset/,
      );
    }),
    { numRuns: 100 },
  );
});
