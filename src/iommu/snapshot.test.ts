// A machine at rest and back: what the device keeps, over and between stores.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import {
  createIommuBench,
  ENDPOINT,
  OTHER_ENDPOINT,
  startIommu,
} from '../testing/driver/iommu-bench.ts';
import { VIRTIO_IOMMU_ATTACH_F_BYPASS, VIRTIO_IOMMU_S_INVAL } from './protocol.ts';
import { ReferenceStore } from './reference-store.ts';

const DOMAIN = 1;
const BYPASS_DOMAIN = 2;
const PAGE = { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: 0x5000n, flags: 3 };

function busyBench(store = new ReferenceStore()) {
  const bench = startIommu({ store });
  bench.driver.attach(DOMAIN, ENDPOINT);
  bench.driver.attach(BYPASS_DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
  bench.driver.map(DOMAIN, PAGE);
  bench.iommu.setBypass(false);
  bench.driver.addEventBuffers(2);
  expect(() => bench.iommu.port(ENDPOINT).readU16(0, 0)).toThrow();
  bench.iommu.port(ENDPOINT).writeU32(0, 0x1000, 0xfeed);
  return bench;
}

describe.each(STORES)('into a %s', (_name, makeStore) => {
  it('brings back attachments, mappings, bypass, counters and the sequence', () => {
    const saved = busyBench();
    const snapshot = structuredClone(saved.iommu.save());
    const transport = saved.transport.save();
    const target = createIommuBench({ store: makeStore() });
    target.memory.bytes.set(saved.memory.bytes);
    target.transport.restore(transport);
    target.iommu.restore(snapshot);
    expect(target.iommu.state()).toEqual(saved.iommu.state());
    expect(target.iommu.mappings(DOMAIN, 0n, 9)).toEqual([PAGE]);
    expect(target.iommu.port(ENDPOINT).readU32(0, 0x1000)).toBe(0xfeed);
  });

  it('goes on reporting faults into the buffers that the driver left', () => {
    const saved = busyBench();
    const target = createIommuBench({ store: makeStore() });
    target.memory.bytes.set(saved.memory.bytes);
    target.transport.restore(saved.transport.save());
    target.iommu.restore(saved.iommu.save());
    expect(() => target.iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow('IOMMU');
    saved.memory.bytes.set(target.memory.bytes);
    expect(saved.driver.takeFaults().map(({ address }) => address)).toEqual([0n, 0x9000n]);
    expect(target.events.at(-1)).toMatchObject({
      kind: 'faulted',
      isReported: true,
      sequence: saved.iommu.state().sequence + 1,
    });
  });

  it('replaces what the device held', () => {
    const snapshot = createIommuBench().iommu.save();
    const target = busyBench(new ReferenceStore());
    target.iommu.restore(snapshot);
    expect(target.iommu.state()).toMatchObject({ sequence: 0, isBypass: true, domains: [] });
    expect(target.driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_INVAL);
    target.driver.attach(DOMAIN, ENDPOINT);
    expect(target.iommu.mappings(DOMAIN, 0n, 9)).toEqual([]);
  });
});

it('refuses the snapshot of a machine with other endpoints', () => {
  const { iommu } = createIommuBench();
  iommu.addEndpoint(99);
  expect(() => createIommuBench().iommu.restore(iommu.save())).toThrow('endpoints 8,65545,99');
});
