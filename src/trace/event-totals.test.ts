import { expect, it } from 'vitest';
import type { IommuEvent } from '../iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_S_INVAL, VIRTIO_IOMMU_S_OK } from '../iommu/protocol/protocol.ts';
import { EventColumns } from './record/event-columns.ts';
import { Recorder } from './record/recorder.ts';
import { EventCounter, NO_TOTALS } from './event-totals.ts';

const MAPPED = {
  kind: 'mapped',
  domain: 1,
  virtStart: 0n,
  virtEnd: 0xfffn,
  physStart: 0n,
  flags: 1,
} as const;

it.each<[string, IommuEvent, Partial<typeof NO_TOTALS>]>([
  [
    'an ATTACH',
    { kind: 'attached', endpoint: 1, domain: 1, flags: 0, status: VIRTIO_IOMMU_S_OK, sequence: 1 },
    { attach: 1 },
  ],
  [
    'a DETACH',
    { kind: 'detached', endpoint: 1, domain: 1, status: VIRTIO_IOMMU_S_OK, sequence: 1 },
    { detach: 1 },
  ],
  ['a MAP', { ...MAPPED, status: VIRTIO_IOMMU_S_OK, sequence: 1 }, { map: 1 }],
  [
    'a rejected MAP',
    { ...MAPPED, status: VIRTIO_IOMMU_S_INVAL, sequence: 1 },
    { map: 1, rejected: 1 },
  ],
  [
    'a PROBE',
    { kind: 'probed', endpoint: 1, status: VIRTIO_IOMMU_S_OK, sequence: 1 },
    { probe: 1 },
  ],
  [
    'a request that went back unwritten',
    { kind: 'ignored', type: 9, status: null, readableBytes: 4, writableBytes: 4, sequence: 1 },
    { ignored: 1, rejected: 1 },
  ],
  [
    'a fault',
    {
      kind: 'faulted',
      endpoint: 1,
      reason: 2,
      flags: 1,
      address: 0n,
      start: 0n,
      length: 4,
      isRing: false,
      domain: 1,
      mappedFlags: null,
      isReported: true,
      sequence: 1,
    },
    { faults: 1 },
  ],
  ['a reset', { kind: 'reset', sequence: 1 }, {}],
])('counts %s', (_name, event, counted) => {
  const counter = new EventCounter();
  counter.add(event);
  expect(counter.totals).toEqual({ ...NO_TOTALS, ...counted });
  const [recorder, ofRows] = [new Recorder(), new EventCounter()];
  recorder.add(event, { timeMs: 0, instructions: 0 });
  for (const { count, columns } of recorder.take()) {
    ofRows.addRows(new EventColumns(count, columns), count);
  }
  expect(ofRows.totals).toEqual(counter.totals);
});
