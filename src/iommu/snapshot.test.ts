// A machine at rest and back: what the device keeps, over and between stores.

import { describe, expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { createIommuRig, ENDPOINT, OTHER_ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import type { IommuSnapshot } from './iommu-snapshot.ts';
import type { Mapping } from './store/mapping-store.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_S_INVAL,
} from './protocol/protocol.ts';
import { encodeStoreImage, type DomainImage } from './store/store-image.ts';
import { toGpa, toIova } from '../memory/address.ts';
import { ReferenceStore } from './store/reference-store.ts';

const DOMAIN = 1;
const BYPASS_DOMAIN = 2;
const PAGE = { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: 0x5000n, flags: 3 };

function busyRig(store = new ReferenceStore()) {
  const rig = startIommu({ store });
  rig.driver.attach(DOMAIN, ENDPOINT);
  rig.driver.attach(BYPASS_DOMAIN, OTHER_ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
  rig.driver.map(DOMAIN, PAGE);
  rig.iommu.setBypass(false);
  rig.driver.addEventBuffers(2);
  expect(() => rig.iommu.port(ENDPOINT).readU16(0, 0)).toThrow();
  rig.iommu.port(ENDPOINT).writeU32(0, 0x1000, 0xfeed);
  return rig;
}

describe.each(STORES)('into a %s', (_name, makeStore) => {
  it('brings back attachments, mappings, bypass, counters and the sequence', () => {
    const saved = busyRig();
    const snapshot = structuredClone(saved.iommu.save());
    const transport = saved.transport.save();
    const target = createIommuRig({ store: makeStore() });
    target.memory.bytes.set(saved.memory.bytes);
    target.transport.restore(transport);
    target.iommu.restore(snapshot);
    expect(target.iommu.state()).toEqual(saved.iommu.state());
    expect(target.iommu.mappings(DOMAIN, 0n, 9)).toEqual([PAGE]);
    expect(target.iommu.port(ENDPOINT).readU32(0, 0x1000)).toBe(0xfeed);
  });

  it('goes on reporting faults into the buffers that the driver left', () => {
    const saved = busyRig();
    const target = createIommuRig({ store: makeStore() });
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
    const snapshot = createIommuRig().iommu.save();
    const target = busyRig(new ReferenceStore());
    target.iommu.restore(snapshot);
    expect(target.iommu.state()).toMatchObject({ sequence: 0, isBypass: true, domains: [] });
    expect(target.driver.detach(DOMAIN, ENDPOINT)).toBe(VIRTIO_IOMMU_S_INVAL);
    target.driver.attach(DOMAIN, ENDPOINT);
    expect(target.iommu.mappings(DOMAIN, 0n, 9)).toEqual([]);
  });
});

it('refuses the snapshot of a machine with other endpoints', () => {
  const { iommu } = createIommuRig();
  iommu.addEndpoint(99);
  expect(() => createIommuRig().iommu.restore(iommu.save())).toThrow('endpoints 8,65545,99');
});

describe('refuses a snapshot that contradicts itself, and changes nothing:', () => {
  const NONE = { domain: null };
  function savedWith(change: (saved: IommuSnapshot) => Partial<IommuSnapshot>): IommuSnapshot {
    const saved = busyRig().iommu.save();
    return { ...saved, ...change(saved) };
  }
  function imageOf(domains: readonly DomainImage[]): Uint8Array {
    return encodeStoreImage(domains);
  }
  const mapping = (fields: Partial<Mapping>): Mapping => ({
    virtStart: toIova(PAGE.virtStart),
    virtEnd: toIova(PAGE.virtEnd),
    physStart: toGpa(PAGE.physStart),
    flags: 3,
    ...fields,
  });
  const imageWith = (fields: Partial<Mapping>) => () => ({
    mappings: imageOf([{ domain: DOMAIN, mappings: [mapping(fields)] }]),
  });

  it.each<[string, (saved: IommuSnapshot) => Partial<IommuSnapshot>, string]>([
    ['a domain without mappings', () => ({ mappings: imageOf([]) }), 'mappings of domains'],
    [
      'mappings of a domain that nobody is in',
      ({ endpoints }) => ({ endpoints: endpoints.map((each) => ({ ...each, ...NONE })) }),
      'mappings of domains',
    ],
    [
      'a domain of both kinds',
      ({ endpoints }) => ({
        endpoints: endpoints.map((each, index) => ({
          ...each,
          domain: { id: DOMAIN, isBypass: index === 0 },
        })),
      }),
      'as a bypass domain and as another',
    ],
    [
      'an endpoint twice',
      ({ endpoints }) => ({ endpoints: [...endpoints.slice(1), ...endpoints.slice(1)] }),
      'the snapshot has endpoints',
    ],
    ['a mapping that ends before it starts', imageWith({ virtEnd: toIova(0n) }), 'damaged'],
    ['a mapping with unknown flags', imageWith({ flags: 8 }), 'damaged'],
    ['a mapping past 2^64', imageWith({ physStart: toGpa(-1n) }), 'damaged'],
    [
      'a domain twice',
      () => ({ mappings: imageOf([1, 1].map((domain) => ({ domain, mappings: [] }))) }),
      'damaged',
    ],
    [
      'bytes behind the last mapping',
      ({ mappings }) => ({ mappings: Uint8Array.from([...mappings, 0]) }),
      'damaged',
    ],
  ])('%s', (_what, change, message) => {
    const { iommu, driver } = busyRig();
    const before = iommu.state();
    expect(() => iommu.restore(savedWith(change))).toThrow(message);
    expect(iommu.state()).toEqual(before);
    expect(driver.detach(DOMAIN, ENDPOINT)).toBe(0);
  });

  it('[A4] bypass where there is no such field', () => {
    const { iommu } = startIommu({ options: { features: VIRTIO_IOMMU_F_MAP_UNMAP } });
    expect(() => iommu.restore({ ...iommu.save(), isBypass: true })).toThrow('no such field');
  });
});
