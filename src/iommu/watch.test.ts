// What a watcher is told: every event in its order, and of a request its bytes as they were on the wire.

import { describe, expect, it } from 'vitest';
import { ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { attachRequest, mapRequest, probeRequest } from '../../test/rigs/iommu-requests.ts';
import { describeRequest } from './events/answered-request.ts';
import type { IommuEvent } from './events/iommu-event.ts';
import { TAIL_SIZE, VIRTIO_IOMMU_S_INVAL, VIRTIO_IOMMU_S_OK } from './protocol/protocol.ts';

const DOMAIN = 7;
const PAGE = { virtStart: 0xf000_0000n, virtEnd: 0xf000_0fffn, physStart: 0x1000n, flags: 3 };

describe('a watcher', () => {
  it('hears of the same as listeners to events, until it is disposed', () => {
    const { driver, iommu, events } = startIommu();
    const heard: IommuEvent[] = [];
    const before = events.length;
    const dispose = iommu.watch({
      request: (answered) => heard.push(describeRequest(answered)),
      other: (event) => heard.push(event),
    });
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, PAGE);
    iommu.setBypass(false);
    driver.unmap(DOMAIN, PAGE.virtStart, PAGE.virtEnd);
    driver.send(Uint8Array.of(0xee), TAIL_SIZE);
    expect(heard).toHaveLength(5);
    expect(heard).toEqual(events.slice(before));
    dispose();
    driver.unmap(DOMAIN, PAGE.virtStart, PAGE.virtEnd);
    expect(heard).toHaveLength(5);
  });

  it.each<[string, Uint8Array, number, Partial<Record<string, unknown>>]>([
    [
      'a MAP',
      mapRequest(DOMAIN, PAGE),
      TAIL_SIZE,
      { type: 3, status: VIRTIO_IOMMU_S_OK, written: [0, 0, 0, 0] },
    ],
    [
      'an ATTACH that is cut short',
      attachRequest(DOMAIN, ENDPOINT).subarray(0, 9),
      TAIL_SIZE,
      { type: 1, status: VIRTIO_IOMMU_S_INVAL, written: [VIRTIO_IOMMU_S_INVAL, 0, 0, 0] },
    ],
    [
      'a PROBE without room',
      probeRequest(ENDPOINT),
      6,
      { type: 5, status: VIRTIO_IOMMU_S_INVAL, written: [0, 0, VIRTIO_IOMMU_S_INVAL, 0, 0, 0] },
    ],
    ['what has no room for a tail', mapRequest(DOMAIN, PAGE), 3, { status: null, written: [] }],
  ])('gets the bytes of %s, and its framing', (_what, readable, writableLength, expected) => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    const told: unknown[] = [];
    iommu.watch({
      request: ({ type, status, readable, readableLength, writableLength, written }) =>
        told.push({
          type,
          status,
          readable: [...readable],
          readableLength,
          writableLength,
          written: [...written],
        }),
      other: () => undefined,
    });
    const { length, bytes } = driver.send(readable, writableLength);
    expect(told).toEqual([
      expect.objectContaining({
        ...expected,
        readable: [...readable],
        readableLength: readable.length,
        writableLength,
        written: [...bytes.subarray(0, length)],
      }),
    ]);
  });
});
