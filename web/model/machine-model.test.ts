import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import type { RecordBatch } from '../../src/trace/record/batch.ts';
import { HEAD, QUIET_BATCH, toldEvents } from '../testing/told-events.ts';
import { MachineModel, MAX_FAULTS } from './machine-model.ts';

const BEGINS = { head: HEAD, keyframe: null };
const FAULT: DeviceEvent = {
  kind: 'faulted',
  endpoint: 1,
  reason: 2,
  flags: 0,
  address: 0n,
  start: 0n,
  length: 4,
  isRing: false,
  domain: null,
  mappedFlags: null,
  isReported: true,
};

function faults(from: number, count: number): readonly RecordBatch[] {
  return toldEvents(
    ...Array.from({ length: count }, (_, index) => ({
      timeMs: from + index,
      instructions: 0,
      event: { ...FAULT, sequence: from + index },
    })),
  );
}

describe('MachineModel', () => {
  it('counts what the worker left out in chips, faults and the note about it alike', () => {
    const model = new MachineModel();
    const dropped = { mapped: 12_000, unmapped: 11_000, faulted: 40 };
    model.apply({ ...QUIET_BATCH, dropped }, 0);
    model.apply(QUIET_BATCH, 1);
    expect(model.feed.count('map')).toBe(12_000);
    expect(model.faultCount).toBe(40);
    expect(model.droppedEvents).toBe(23_040);
  });

  it('counts every fault, and has the newest ones first', () => {
    const model = new MachineModel();
    model.apply({ ...QUIET_BATCH, begins: BEGINS, record: faults(1, 2) }, 0);
    model.apply({ ...QUIET_BATCH, record: faults(3, 2 * MAX_FAULTS) }, 1);
    model.apply({ ...QUIET_BATCH, record: faults(2 * MAX_FAULTS + 3, 1) }, 2);
    const [first, second] = model.faults;
    expect(model.faultCount).toBe(2 * MAX_FAULTS + 3);
    expect(model.faults).toHaveLength(MAX_FAULTS);
    expect([first?.fault.sequence, second?.fault.sequence]).toEqual([
      2 * MAX_FAULTS + 3,
      2 * MAX_FAULTS + 2,
    ]);
  });

  it('goes on counting where another record begins, and tells how many events are gone', () => {
    const model = new MachineModel();
    model.apply({ ...QUIET_BATCH, begins: BEGINS, record: faults(1, 2) }, 0);
    const dropped = { faulted: 97 };
    model.apply({ ...QUIET_BATCH, begins: BEGINS, record: faults(100, 1), dropped }, 1);
    expect([model.faultCount, model.droppedEvents, model.goneEvents]).toEqual([100, 97, 99]);
    model.clear();
    model.apply({ ...QUIET_BATCH, begins: BEGINS, record: faults(200, 1) }, 2);
    expect(model.goneEvents).toBe(0);
  });
});
