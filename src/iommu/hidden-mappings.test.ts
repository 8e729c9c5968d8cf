// Mappings that were made inside an identity region and then lie under a reserved one, since the endpoint with the
// identity region has left.

import { expect, it } from 'vitest';
import { STORES } from '../../test/support/stores.ts';
import { highWord, lowWord } from '../base/words.ts';
import { toIova } from '../memory/address.ts';
import { ENDPOINT, OTHER_ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { ACCESS_READ } from './store/mapping-store.ts';
import { VIRTIO_IOMMU_FAULT_R_MAPPING, VIRTIO_IOMMU_S_OK } from './protocol/protocol.ts';

const DOMAIN = 1;
const START = 0x8000n;
const RANGE = { start: toIova(START), end: toIova(0x9fffn) };

it.each(STORES)(
  '%s: are out of reach, and back in reach once that one has left, too',
  (_name, makeStore) => {
    const { iommu, driver } = startIommu({
      store: makeStore(),
      reserved: {
        [ENDPOINT]: [{ kind: 'identity', ...RANGE, flags: 3 }],
        [OTHER_ENDPOINT]: [{ kind: 'reserved', ...RANGE }],
      },
    });
    const read = (endpoint: number): unknown => {
      const port = iommu.port(endpoint);
      const outcome = port.translate(highWord(START), lowWord(START), 4, ACCESS_READ);
      if (outcome.kind === 'memory') return outcome.segments.map(({ address }) => address);
      return outcome.kind === 'fault' ? outcome.fault.reason : outcome.kind;
    };
    driver.attach(DOMAIN, ENDPOINT);
    const mapping = { virtStart: START, virtEnd: START + 0xfffn, physStart: START, flags: 3 };
    expect(driver.map(DOMAIN, mapping)).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.attach(DOMAIN, OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_S_OK);
    expect(read(OTHER_ENDPOINT)).toEqual([START]);
    driver.detach(DOMAIN, ENDPOINT);
    expect(read(OTHER_ENDPOINT)).toBe(VIRTIO_IOMMU_FAULT_R_MAPPING);
  },
);
