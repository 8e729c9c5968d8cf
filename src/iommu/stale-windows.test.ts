// An endpoint with many reserved regions that goes from domain to domain: the engine keeps windows for where it is.

import { expect, it } from 'vitest';
import { storeModule } from '../../test/support/stores.ts';
import { toIova } from '../memory/address.ts';
import { ENDPOINT, startIommu } from '../../test/rigs/iommu-rig.ts';
import { ACCESS_READ } from './store/mapping-store.ts';
import { VIRTIO_IOMMU_FAULT_R_MAPPING } from './protocol/protocol.ts';
import type { ReservedRegion } from './regions/reserved-regions.ts';
import { WasmStore } from './engine/wasm-store.ts';

const DOMAINS = 200;
const REGIONS = 350;
const FIRST_RESIDENT = 1000;

const manyRegions = Array.from({ length: REGIONS }, (_, index): ReservedRegion => {
  const start = BigInt(index) * 0x2000n;
  return { kind: 'reserved', start: toIova(start), end: toIova(start + 0xfffn) };
});

it('gives windows back when the endpoint that needs them leaves its domain', () => {
  const limits = { maxDomains: 256, maxMappings: 1000, maxEndpoints: 256, maxRegions: REGIONS + 2 };
  const store = new WasmStore(storeModule, limits);
  const { iommu, driver } = startIommu({
    store,
    options: { probeSize: 0x4000 },
    reserved: { [ENDPOINT]: manyRegions },
  });
  const visit = (domain: number): unknown => {
    driver.attach(domain, ENDPOINT);
    const outcome = iommu.port(ENDPOINT).translate(0, 0x2000, 4, ACCESS_READ);
    return outcome.kind === 'fault' ? outcome.fault.reason : outcome.kind;
  };
  driver.attach(0, ENDPOINT);
  const before = store.usedBytes;
  visit(0);
  const needed = store.usedBytes - before;
  for (let domain = 1; domain <= DOMAINS; domain += 1) {
    // Who stays behind keeps the domain alive
    iommu.addEndpoint(FIRST_RESIDENT + domain, { reserved: [] });
    driver.attach(domain, FIRST_RESIDENT + domain);
    expect(visit(domain)).toBe(VIRTIO_IOMMU_FAULT_R_MAPPING);
  }
  expect(store.usedBytes - before).toBe(needed);
});
