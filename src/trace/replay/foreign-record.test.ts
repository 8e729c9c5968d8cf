import { expect, it } from 'vitest';
import type { DeviceEvent } from '../../iommu/events/iommu-event.ts';
import { ALL_FACTS, type RecordHead } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { History } from './history.ts';
import type { Moment } from './moment.ts';

/** A trace that tells neither of the device nor of the status of requests. */
const HEAD: RecordHead = {
  source: 'qemu',
  endpoints: [],
  device: null,
  memoryBytes: null,
  kernel: null,
  facts: { ...ALL_FACTS, status: false },
};

function historyOf(...events: readonly DeviceEvent[]): History {
  const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
  for (const [index, event] of events.entries()) {
    recorder.add({ ...event, sequence: index + 1 }, { timeMs: 0, instructions: 0 });
  }
  for (const batch of recorder.take()) record.append(batch);
  return new History(record);
}

function momentAfter(...events: readonly DeviceEvent[]): Moment {
  const moment = historyOf(...events).at(events.length);
  if (!moment.isKnown) throw new Error('the latest moment is known');
  return moment;
}

function map(virtStart: bigint, virtEnd: bigint): DeviceEvent {
  return { kind: 'mapped', domain: 1, virtStart, virtEnd, physStart: 0n, flags: 3, status: 0 };
}

function unmap(virtStart: bigint, virtEnd: bigint): DeviceEvent {
  return { kind: 'unmapped', domain: 1, virtStart, virtEnd, removed: 0, status: 0 };
}

const ATTACH: DeviceEvent = { kind: 'attached', endpoint: 8, domain: 1, flags: 0, status: 0 };

it('claims nothing of what was before the trace', () => {
  const history = historyOf(map(0n, 0xfffn));
  const missing = { because: 'not-recorded', before: 1 };
  expect(history.missing).toEqual(missing);
  expect(history.at(1)).toMatchObject({ isBypass: null, features: null, missing });
});

it('knows a domain by its mappings, and an endpoint by its ATTACH', () => {
  const moment = momentAfter(map(0n, 0xfffn), ATTACH);
  expect(moment.domains).toEqual([
    { id: 1, isBypass: false, endpoints: [8], mappings: 1, bytes: 0x1000n, reserved: [] },
  ]);
  expect(moment.endpoints).toEqual([
    { id: 8, name: '0x8', mode: 'attached', domain: 1, isMaster: true, reserved: [] },
  ]);
});

it('does not know where an endpoint is that a reset has detached, as bypass may be on', () => {
  const moment = momentAfter(ATTACH, { kind: 'reset' }, { ...ATTACH, endpoint: 9 });
  expect(moment.missing).toBeNull();
  expect(moment.endpoint(9)?.mode).toBe('attached');
  expect(
    momentAfter(ATTACH, { kind: 'detached', endpoint: 8, domain: 1, status: 0 }),
  ).toMatchObject({ endpoints: [{ id: 8, mode: null, domain: null }] });
});

it('takes a MAP over a mapping that is there for refused', () => {
  const history = historyOf(map(0n, 0x1fffn), map(0x1000n, 0x2fffn));
  expect(history.lifetime(1)?.died).toBeNull();
  expect(history.lifetime(2)).toBeUndefined();
});

it('removes what an UNMAP covers, however many it says it removed', () => {
  const history = historyOf(map(0n, 0xfffn), map(0x1000n, 0x2fffn), unmap(0n, 0x1fffn));
  expect(history.endedBy(3)).toMatchObject([{ id: 1 }]);
  expect(history.lifetime(2)?.died).toBeNull();
});

it('ends a domain with the DETACH of an endpoint that nobody saw come', () => {
  const detach: DeviceEvent = { kind: 'detached', endpoint: 8, domain: 1, status: 0 };
  expect(historyOf(map(0n, 0xfffn), detach).lifetime(1)?.died).toBe(2);
});

it('makes nothing of a MAP that ends before it starts', () => {
  expect(momentAfter(map(0x1000n, 0n)).count).toBe(0);
});
