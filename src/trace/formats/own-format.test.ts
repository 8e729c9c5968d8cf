import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../base/frames.ts';
import { ALL_FACTS, type RecordHead } from '../record/head.ts';
import { toIova } from '../../memory/address.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { batchesOf } from '../record/record-batches.ts';
import { Recorder } from '../record/recorder.ts';
import { encodeBatch, encodeStart, HEAD_FRAME, TRACE_MAGIC } from './own-format.ts';
import { OwnReader } from './own-reader.ts';

const HEAD: RecordHead = {
  source: 'viommu',
  endpoints: [
    {
      id: 8,
      name: 'virtio-net',
      reserved: [{ kind: 'msi', start: toIova(0xfee0_0000n), end: toIova(0xfeef_ffffn) }],
    },
  ],
  device: {
    features: 0x77n,
    pageSizeMask: 0x1000n,
    inputRange: { start: 0n, end: 0xffff_ffffn },
    domainRange: { start: 0, end: 0xffff },
    probeSize: 512,
    isBootBypass: true,
    identityPolicy: 'reject',
    dialect: '1.2',
  },
  memoryBytes: 1 << 27,
  kernel: 'ab'.repeat(32),
  facts: ALL_FACTS,
};

const VERSION_AT = 'viommu trace '.length;

const ACCESS = { length: 64, access: 'write', isRing: true } as const;

const COUNTS = {
  id: 8,
  translated: 3,
  translatedBytes: 2 ** 40,
  bypassed: 0,
  bypassedBytes: 0,
  blocked: 1,
  blockedBytes: 4,
};

/** A record with a request, a caller and marks, in three batches. */
function batches() {
  const recorder = new Recorder();
  const who = {
    task: { pid: 7, tgid: 7, comm: 'dd', isInterrupted: false },
    stack: { addresses: Uint32Array.of(0xc010_0000, 0xc020_0000), isInnermostCertain: true },
  };
  const request = {
    readableLength: 4,
    writableLength: 4,
    readableDescriptors: 1,
    writableDescriptors: 1,
    writtenLength: 4,
    readable: Uint8Array.of(3, 0, 0, 0),
    written: Uint8Array.of(0, 0, 0, 0),
  };
  const all = [];
  for (let sequence = 1; sequence <= 60; sequence += 1) {
    const time = { timeMs: sequence / 8, instructions: sequence * 1000 };
    recorder.add(
      {
        kind: 'mapped',
        domain: 1,
        virtStart: BigInt(sequence) << 40n,
        virtEnd: (BigInt(sequence) << 40n) + 0xfffn,
        physStart: 0x1000n,
        flags: 3,
        status: 0,
        sequence,
      },
      { ...time, request, who },
    );
    if (sequence === 30) {
      recorder.mark({ kind: 'console', line: 'half way' }, time);
      recorder.mark({ kind: 'notification', endpoint: null, queue: 0, count: 2 }, time, 0x1_0001);
      recorder.mark({ kind: 'sample', endpoint: 8, address: 2n ** 63n, ...ACCESS }, time);
      recorder.mark({ kind: 'counters', endpoints: [COUNTS], domains: [COUNTS] }, time);
    }
    if (sequence % 20 === 0) all.push(...recorder.take());
  }
  return all;
}

async function traceBytes(): Promise<Uint8Array> {
  const parts = [await encodeStart({ head: HEAD, keyframe: null })];
  for (const batch of batches()) parts.push(await encodeBatch(batch));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const BYTES = await traceBytes();

function straight(): IommuRecord {
  const record = new IommuRecord(HEAD);
  for (const batch of batches()) record.append(batch);
  return record;
}

async function read(...pieces: readonly Uint8Array[]): Promise<OwnReader> {
  const reader = new OwnReader();
  for (const piece of pieces) await reader.push(piece);
  await reader.end();
  return reader;
}

function contentOf(record: IommuRecord | undefined): unknown {
  return record === undefined ? undefined : { head: record.head, batches: batchesOf(record) };
}

describe('a trace in the project’s own format', () => {
  it('is the record that was written, however its bytes come', async () => {
    const cuts = fc.uniqueArray(fc.nat(BYTES.length), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const bounds = [0, ...places.toSorted((one, other) => one - other), BYTES.length];
        const pieces = bounds.slice(1).map((end, index) => BYTES.subarray(bounds[index], end));
        const { record, remarks } = await read(...pieces);
        expect(contentOf(record)).toEqual(contentOf(straight()));
        expect(remarks).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('is whole up to where it was cut, and says where that is', async () => {
    const { record, remarks } = await read(BYTES.subarray(0, BYTES.length - 5));
    expect(record?.lastSequence).toBe(40);
    expect(remarks).toEqual([
      'The trace is cut short or damaged after event 40: what is before it is whole.',
    ]);
  });

  it('is read as version 1 as well, which has marks of fewer kinds', async () => {
    const old = BYTES.slice();
    old.set(new TextEncoder().encode('viommu trace 1\n\n'));
    const { record, remarks } = await read(old);
    expect(contentOf(record)).toEqual(contentOf(straight()));
    expect(remarks).toEqual([]);
  });

  it('leaves out marks of kinds that a later version has, and says so', async () => {
    const [first, second] = batches();
    if (first === undefined || second === undefined) throw new Error('three batches');
    const strange = { kind: 'weather', sequence: 3, timeMs: 1, instructions: 2, rain: true };
    const start = await encodeStart({ head: HEAD, keyframe: null });
    const odd = await encodeBatch(Object.assign({}, first, { marks: [strange] }));
    const { record, remarks } = await read(start, odd, await encodeBatch(second));
    expect(record?.lastSequence).toBe(40);
    expect(record?.marks).toEqual(second.marks);
    expect(remarks).toEqual(['1 marks of kinds that this version does not know were left out.']);
  });

  it.each([
    { kind: 'console', sequence: 3, timeMs: 1, instructions: 2 },
    { kind: 'weather', sequence: -1, timeMs: 1, instructions: 2 },
    {
      kind: 'counters',
      endpoints: [{ id: 1 }],
      domains: [],
      sequence: 3,
      timeMs: 1,
      instructions: 2,
    },
  ])('takes a batch with a mark that lacks something for damaged: %s', async (mark) => {
    const [first] = batches();
    const start = await encodeStart({ head: HEAD, keyframe: null });
    const { remarks } = await read(
      start,
      await encodeBatch(Object.assign({}, first, { marks: [mark] })),
    );
    expect(remarks.join()).toContain('damaged after event 0');
  });

  it('never throws anything but a sentence, whatever byte is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(BYTES.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          fc.pre(at !== VERSION_AT);
          const damaged = BYTES.slice();
          damaged[at] = (damaged[at] ?? 0) ^ by;
          const outcome = await read(damaged).then(
            ({ remarks }) => remarks.join(' '),
            (error: unknown) => String(error),
          );
          expect(outcome).toMatch(/damaged|no trace|ends before|later version/);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['nothing', new Uint8Array(0), /ends before it says/],
    ['a later version', new TextEncoder().encode('viommu trace 3\n\n'), /Update viommu/],
    ['another file', new TextEncoder().encode('#!/bin/sh\necho hello\n'), /no trace that viommu/],
    [
      'a frame that is no deflate',
      Uint8Array.of(...TRACE_MAGIC, ...frame(HEAD_FRAME, Uint8Array.of(1, 2, 3))),
      /damaged at its beginning/,
    ],
  ])('refuses %s in words', async (_what, bytes, words) => {
    await expect(read(bytes)).rejects.toThrow(words);
  });
});
