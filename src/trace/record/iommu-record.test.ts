import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import type { DeviceEvent, IommuEvent } from '../../iommu/events/iommu-event.ts';
import { answeredOf, tellWatcher } from '../../../test/rigs/answered.ts';
import type { IommuWatcher } from '../../iommu/events/event-recorder.ts';
import { CHUNK_EVENTS } from './event-chunk.ts';
import { EVENT_BYTES } from './event-columns.ts';
import { type RecordHead } from './head.ts';
import { IommuRecord } from './iommu-record.ts';
import { Recorder } from './recorder.ts';
import {
  KEPT_READABLE,
  READABLE_DESCRIPTORS_MAX,
  WRITABLE_DESCRIPTORS_MAX,
} from './request-bytes.ts';

const HEAD: RecordHead = PLAIN_HEAD;

const u32 = fc.nat(0xffff_ffff);
const u64 = fc.bigInt(0n, 0xffff_ffff_ffff_ffffn);
const status = fc.nat(8);

function numbered(event: DeviceEvent, sequence: number): IommuEvent {
  return { ...event, sequence };
}

function kind<Kind extends DeviceEvent['kind']>(...kinds: readonly Kind[]): fc.Arbitrary<Kind> {
  return fc.constantFrom(...kinds);
}

const anyEvent: fc.Arbitrary<DeviceEvent> = fc.oneof(
  fc.record({ kind: kind('attached'), endpoint: u32, domain: u32, flags: u32, status }),
  fc.record({ kind: kind('detached'), endpoint: u32, domain: fc.option(u32), status }),
  fc.record({
    kind: kind('mapped'),
    domain: u32,
    virtStart: u64,
    virtEnd: u64,
    physStart: u64,
    flags: u32,
    status,
  }),
  fc.record({
    kind: kind('unmapped'),
    domain: u32,
    virtStart: u64,
    virtEnd: u64,
    removed: u32,
    status,
  }),
  fc.record({ kind: kind('probed'), endpoint: u32, status }),
  fc.record({
    kind: kind('ignored'),
    type: fc.nat(255),
    status: fc.option(status),
    readableBytes: u32,
    writableBytes: u32,
  }),
  fc
    .record({
      kind: kind('faulted'),
      endpoint: u32,
      reason: fc.nat(2),
      flags: fc.nat(0x107),
      start: u64,
      length: u32,
      isRing: fc.boolean(),
      domain: fc.option(u32),
      mappedFlags: fc.option(fc.nat(7)),
      isReported: fc.boolean(),
    })
    .chain((fault) =>
      fc
        .nat(fault.length)
        .map((into) => ({ ...fault, address: BigInt.asUintN(64, fault.start + BigInt(into)) })),
    ),
  fc.record({ kind: kind('bypass-changed'), isBypass: fc.boolean() }),
  fc.record({ kind: kind('started'), features: u64 }),
  fc.record({ kind: kind('reset', 'system-reset', 'power-cycled') }),
);

const WIRE = {
  readableLength: 1,
  writableLength: 1,
  readableDescriptors: 1,
  writableDescriptors: 1,
  writtenLength: 1,
  readable: Uint8Array.of(5),
};

function resetAt(recorder: Recorder, sequence: number, timeMs = sequence): void {
  recorder.add({ kind: 'reset', sequence }, { timeMs, instructions: sequence });
}

function filled(count: number, maxBytes?: number): IommuRecord {
  const record = new IommuRecord(HEAD, maxBytes === undefined ? {} : { maxBytes });
  const recorder = new Recorder();
  for (let sequence = 1; sequence <= count; sequence += 1) {
    resetAt(recorder, sequence);
    if (sequence % 1000 === 0) for (const batch of recorder.take()) record.append(batch);
  }
  for (const batch of recorder.take()) record.append(batch);
  return record;
}

describe('IommuRecord', () => {
  it('gives every event back as it was told, however they were taken', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, fc.boolean()), { maxLength: 60 }), (told) => {
        const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
        const events = told.map(([event], index) => numbered(event, index + 1));
        for (const [index, event] of events.entries()) {
          recorder.add(event, { timeMs: index / 100_000, instructions: index });
          if (told[index]?.[1] === true) for (const batch of recorder.take()) record.append(batch);
        }
        for (const batch of recorder.take()) record.append(batch);
        expect(events.map(({ sequence }) => record.event(sequence))).toEqual(
          events.map((event, index) => ({
            timeMs: expect.closeTo(index / 100_000, 7),
            instructions: index,
            event,
          })),
        );
      }),
    );
  });

  it('keeps times that lie farther apart than a column holds', () => {
    const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
    const times = [0, 1, 50_000, 200_000_000, 200_000_001, 5];
    for (const [index, timeMs] of times.entries()) {
      recorder.add({ kind: 'reset', sequence: index + 1 }, { timeMs, instructions: timeMs * 1e5 });
    }
    for (const batch of recorder.take()) record.append(batch);
    expect(times.map((_time, index) => record.event(index + 1)?.timeMs)).toEqual(times);
    expect(record.event(4)?.instructions).toBe(2e13);
  });

  it('keeps a request as it was on the wire, and its beginning when it is longer than any', () => {
    const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
    const long = new Uint8Array(1000).fill(7);
    const request = {
      readableLength: 1000,
      writableLength: 8,
      readableDescriptors: 3,
      writableDescriptors: 2,
      writtenLength: 4,
      readable: long,
      written: Uint8Array.of(1, 2, 3, 4),
    };
    resetAt(recorder, 1);
    recorder.add({ kind: 'reset', sequence: 2 }, { timeMs: 0, instructions: 0, request });
    for (const batch of recorder.take()) record.append(batch);
    expect(record.request(1)).toBeUndefined();
    expect(record.request(2)).toEqual({ ...request, readable: long.slice(0, KEPT_READABLE) });
  });

  it('keeps of a request of many descriptors that there were many', () => {
    const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
    const request = {
      readableLength: 1,
      writableLength: 65_540,
      readableDescriptors: 1000,
      writableDescriptors: 1000,
      writtenLength: 65_540,
      readable: Uint8Array.of(5),
      written: new Uint8Array(65_540),
    };
    recorder.add({ kind: 'reset', sequence: 1 }, { timeMs: 0, instructions: 0, request });
    for (const batch of recorder.take()) record.append(batch);
    expect(record.request(1)).toMatchObject({
      readableLength: 1,
      writableLength: 65_540,
      readableDescriptors: READABLE_DESCRIPTORS_MAX,
      writableDescriptors: WRITABLE_DESCRIPTORS_MAX,
      writtenLength: 65_540,
    });
  });

  it('names who asked, each stack and task kept once', () => {
    const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
    const who = {
      task: { pid: 7, tgid: 7, comm: 'dd', isInterrupted: false },
      stack: { addresses: Uint32Array.of(0xc010_0000), isInnermostCertain: true },
    };
    for (const sequence of [1, 2]) {
      recorder.add({ kind: 'reset', sequence }, { timeMs: 0, instructions: 0, who });
    }
    resetAt(recorder, 3);
    const batches = recorder.take();
    expect(batches[0]?.newcomers).toEqual({ tasks: [who.task], stacks: [who.stack] });
    for (const batch of batches) record.append(batch);
    expect([1, 2, 3, 4].map((sequence) => record.who(sequence))).toEqual([
      who,
      who,
      { task: null, stack: null },
      { task: null, stack: null },
    ]);
  });

  it('leaves the same of a request that is answered as of its event', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 100, maxLength: 300 }), (told) => {
        const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
        const events = told.map((event, index) => numbered(event, index + 1));
        for (const event of events) {
          const watcher: IommuWatcher = {
            request: (answered) => recorder.addRequest(answered, event.sequence, 7, 0),
            other: (other) => recorder.add(other, { timeMs: event.sequence, instructions: 7 }),
          };
          tellWatcher(watcher, event);
        }
        for (const batch of recorder.take()) record.append(batch);
        expect(events.map(({ sequence }) => record.event(sequence))).toEqual(
          events.map((event) => ({ timeMs: event.sequence, instructions: 7, event })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the bytes of a request that is answered as those of its event', () => {
    const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
    const anyWire = fc.record({
      readable: fc.oneof(
        fc.constantFrom(new Uint8Array(36).fill(7), new Uint8Array(28)),
        bytes(72),
      ),
      written: fc.oneof(fc.constantFrom(Uint8Array.of(2, 0, 0, 0)), bytes(8)),
      writableLength: u32,
      readableDescriptors: fc.nat(0xff),
    });
    fc.assert(
      fc.property(fc.array(anyWire, { maxLength: 100 }), (wires) => {
        const [answered, told] = [new Recorder(), new Recorder()];
        for (const [index, { readable, written, ...framing }] of wires.entries()) {
          const event = { kind: 'probed', endpoint: 1, status: 0, sequence: index + 1 } as const;
          const lengths = { readableLength: readable.length, writtenLength: written.length };
          const wire = { ...WIRE, ...framing, ...lengths, readable, written };
          answered.addRequest(answeredOf(event, wire), 0, 0, 0);
          told.add(event, { timeMs: 0, instructions: 0, request: wire });
        }
        expect(answered.take()).toEqual(told.take());
      }),
    );
  });

  it('takes full batches in as they are, and goes on behind them', () => {
    const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
    const count = 2 * CHUNK_EVENTS + 3;
    const written = Uint8Array.of(1);
    for (let sequence = 1; sequence <= count; sequence += 1) {
      const context = { timeMs: sequence, instructions: sequence, request: { ...WIRE, written } };
      recorder.add({ kind: 'probed', endpoint: sequence, status: 0, sequence }, context);
    }
    const batches = recorder.take();
    for (const batch of batches) record.append(batch);
    expect(record.chunks[0]?.columns.buffer).toBe(batches[0]?.columns);
    for (const sequence of [1, CHUNK_EVENTS, CHUNK_EVENTS + 1, count]) {
      expect(record.event(sequence)?.event).toMatchObject({ endpoint: sequence, sequence });
      expect(record.request(sequence)).toMatchObject({ writtenLength: 1, written });
    }
    record.rewind(CHUNK_EVENTS + 5);
    expect(record.event(CHUNK_EVENTS + 5)?.timeMs).toBe(CHUNK_EVENTS + 5);
    expect(record.lastSequence).toBe(CHUNK_EVENTS + 5);
  });

  it('drops the oldest chunk when there is no room, and says how many went', () => {
    const count = 10 * CHUNK_EVENTS;
    const record = filled(count, 4 * CHUNK_EVENTS * EVENT_BYTES);
    expect(record.bytes).toBeLessThanOrEqual(4 * CHUNK_EVENTS * EVENT_BYTES);
    expect(record.evicted).toBe(count - record.count);
    expect(record.firstSequence).toBe(record.evicted + 1);
    expect(record.event(record.firstSequence - 1)).toBeUndefined();
    expect(record.event(record.firstSequence)?.instructions).toBe(record.firstSequence);
  });

  it('is bounded too for a guest that sleeps longer than a chunk tells the time of', () => {
    const [recorder, record] = [new Recorder(), new IommuRecord(HEAD, { maxBytes: 1 << 20 })];
    for (let sequence = 1; sequence <= 2000; sequence += 1) {
      resetAt(recorder, sequence, sequence * 50_000);
      for (const batch of recorder.take()) record.append(batch);
    }
    expect(record.chunks.length).toBeLessThan(256);
    expect(record.evicted).toBe(2000 - record.count);
  });

  it('goes on from an earlier event, and a fork keeps what was', () => {
    const record = filled(2 * CHUNK_EVENTS + 10);
    const was = record.fork(record.lastSequence);
    record.rewind(CHUNK_EVENTS + 5);
    expect(record.lastSequence).toBe(CHUNK_EVENTS + 5);
    const recorder = new Recorder();
    resetAt(recorder, CHUNK_EVENTS + 6, 77);
    for (const batch of recorder.take()) record.append(batch);
    expect(record.event(CHUNK_EVENTS + 6)?.timeMs).toBe(77);
    expect(was.lastSequence).toBe(2 * CHUNK_EVENTS + 10);
    expect(was.event(CHUNK_EVENTS + 6)?.timeMs).toBe(CHUNK_EVENTS + 6);
  });
});

describe('Recorder', () => {
  it('says how many events it lost when nobody takes them', () => {
    const recorder = new Recorder(2);
    const count = 5 << 16;
    for (let sequence = 1; sequence <= count; sequence += 1) resetAt(recorder, sequence);
    const batches = recorder.take();
    const kept = batches.reduce((sum, batch) => sum + batch.count, 0);
    const marks = batches.flatMap((batch) => batch.marks);
    expect(kept).toBeLessThan(count);
    expect(marks).toMatchObject([{ kind: 'gap', events: count - kept, sequence: count - kept }]);
  });
});
