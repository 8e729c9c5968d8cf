// MAP and UNMAP by what accesses do afterwards (virtio 1.2, 5.13.6.5 and .6).

import { describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { highWord, lowWord } from '../../src/base/words.ts';
import { DEFAULT_IOMMU_OPTIONS } from '../../src/iommu/options.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
} from '../../src/iommu/protocol/protocol.ts';
import {
  ENDPOINT,
  iommuRigsOver,
  OTHER_ENDPOINT,
  RAM_BYTES,
  type IommuRigOptions,
} from '../rigs/iommu-rig.ts';
import { toIova } from '../../src/memory/address.ts';
import { canRead, canWrite, pages, READ, READ_WRITE, WRITE } from '../support/endpoint-access.ts';
import { STORES } from '../support/stores.ts';

const DOMAIN = 1;
const IOVA = 0x1000n;
const END = IOVA + 0xfffn;
const GPA = 0x5000;
const SEED = 53;
const MAX_U64 = (1n << 64n) - 1n;
const WITH_MMIO = { features: DEFAULT_IOMMU_OPTIONS.features | VIRTIO_IOMMU_F_MMIO };
const WHOLE_SPACE = { features: DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_INPUT_RANGE };

describe.each(STORES)('MAP over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  function start(options: IommuRigOptions = {}) {
    const rig = startIommu(options);
    rig.driver.attach(DOMAIN, ENDPOINT);
    return rig;
  }

  it.each([
    ['no rights [A53]', 0, false, false],
    ['READ', READ, true, false],
    ['WRITE', WRITE, false, true],
    ['READ and WRITE', READ_WRITE, true, true],
    ['MMIO alone [A53]', VIRTIO_IOMMU_MAP_F_MMIO, false, false],
    ['MMIO and WRITE', VIRTIO_IOMMU_MAP_F_MMIO | WRITE, false, true],
  ])('[A48 A49] with %s allows what its flags say and no more', (_what, flags, reads, writes) => {
    const { driver, iommu, memory } = start({ options: WITH_MMIO });
    expect(driver.map(DOMAIN, pages(IOVA, BigInt(GPA), flags))).toBe(VIRTIO_IOMMU_S_OK);
    expect(canRead(iommu, ENDPOINT, IOVA, 0x1000)).toBe(reads);
    expect(canWrite(iommu, ENDPOINT, IOVA, 0x1000)).toBe(writes);
    const page = memory.bytes.subarray(GPA, GPA + 0x1000);
    expect(page.every((byte) => byte === (writes ? 0x5a : 0))).toBe(true);
  });

  it('[A53 A44] without rights is a mapping all the same', () => {
    const { driver } = start();
    driver.map(DOMAIN, pages(IOVA, 0n, 0));
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(driver.unmap(DOMAIN, IOVA, IOVA + 1n)).toBe(VIRTIO_IOMMU_S_RANGE);
  });

  it('[A51] puts each byte of an access as far from phys_start as it is from virt_start', () => {
    const { driver, iommu, memory } = start({ options: WHOLE_SPACE });
    const virtStart = 0xffff_ffff_fff0_0000n;
    const size = 0x10_0000;
    driver.map(DOMAIN, { virtStart, virtEnd: MAX_U64, physStart: 0n, flags: READ_WRITE });
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    const at = fc.nat({ max: size - 1 });
    fc.assert(
      fc.property(at, fc.uint8Array({ minLength: 1, maxLength: 99 }), (offset, data) => {
        const bytes = data.subarray(0, size - offset);
        const iova = virtStart + BigInt(offset);
        iommu.port(ENDPOINT).write(highWord(iova), lowWord(iova), bytes);
        expect(memory.bytes.slice(offset, offset + bytes.length)).toEqual(bytes);
        const back = new Uint8Array(bytes.length);
        iommu.port(OTHER_ENDPOINT).read(highWord(iova), lowWord(iova), back);
        expect(back).toEqual(bytes);
      }),
      { seed: SEED },
    );
  });

  it('[A52] takes a target outside memory, and the access to it fails', () => {
    const { driver, iommu, memory } = start();
    expect(driver.map(DOMAIN, pages(IOVA, BigInt(RAM_BYTES)))).toBe(VIRTIO_IOMMU_S_OK);
    expect(driver.map(DOMAIN, pages(0x2000n, MAX_U64 - 0xfffn))).toBe(VIRTIO_IOMMU_S_OK);
    const before = memory.bytes.slice(0, 0x8000);
    for (const iova of [IOVA, 0x2000n]) expect(canWrite(iommu, ENDPOINT, iova)).toBe(false);
    expect(Buffer.compare(memory.bytes.slice(0, 0x8000), before)).toBe(0);
  });

  it('[A54 A34] counts the room of all domains together, and refuses without a change', () => {
    const { driver, iommu } = start({ store: makeStore({ maxDomains: 2, maxMappings: 2 }) });
    driver.attach(2, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, 0n));
    driver.map(2, pages(IOVA, 0n));
    expect(driver.map(2, pages(0x2000n, 0n))).toBe(VIRTIO_IOMMU_S_NOMEM);
    expect(iommu.state().domains.map(({ mappings }) => mappings)).toEqual([1, 1]);
    expect(canRead(iommu, OTHER_ENDPOINT, 0x2000n)).toBe(false);
  });

  it('[A55] as MMIO hands on every access, once and whole', () => {
    const { driver, iommu, memory } = start({ options: WITH_MMIO });
    const flags = READ_WRITE | VIRTIO_IOMMU_MAP_F_MMIO;
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA), flags));
    const writes = vi.spyOn(memory, 'writeU32');
    const reads = vi.spyOn(memory, 'readU32');
    const port = iommu.port(ENDPOINT);
    port.writeU32(0, 0x1008, 1);
    port.writeU32(0, 0x1008, 1);
    expect(writes.mock.calls).toEqual([
      [0, GPA + 8, 1],
      [0, GPA + 8, 1],
    ]);
    memory.bytes[GPA + 8] = 2;
    expect([port.readU32(0, 0x1008), port.readU32(0, 0x1008)]).toEqual([2, 2]);
    expect(reads.mock.calls).toEqual([
      [0, GPA + 8],
      [0, GPA + 8],
    ]);
  });

  it('[A55 A60] as MMIO neither joins its neighbour nor is cut', () => {
    const { driver, iommu } = start({ options: WITH_MMIO });
    const flags = READ_WRITE | VIRTIO_IOMMU_MAP_F_MMIO;
    const both = [pages(IOVA, BigInt(GPA), flags), pages(0x2000n, BigInt(GPA + 0x1000), flags)];
    for (const each of both) driver.map(DOMAIN, each);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual(both);
    expect(driver.unmap(DOMAIN, IOVA, IOVA + 0x17ffn)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual(both);
    expect(driver.unmap(DOMAIN, IOVA, END)).toBe(VIRTIO_IOMMU_S_OK);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual(both.slice(1));
  });

  it('[A56 A44] keeps a range to the kind of memory it has', () => {
    const { driver, iommu } = start({ options: WITH_MMIO });
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    const asMmio = pages(IOVA, BigInt(GPA), READ_WRITE | VIRTIO_IOMMU_MAP_F_MMIO);
    expect(driver.map(DOMAIN, asMmio)).toBe(VIRTIO_IOMMU_S_INVAL);
    expect(iommu.mappings(DOMAIN, 0n, 9)).toEqual([pages(IOVA, BigInt(GPA))]);
  });

  it('[A56 A47] is refused in a bypass domain, which goes on translating to itself', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT, VIRTIO_IOMMU_ATTACH_F_BYPASS);
    expect(driver.map(DOMAIN, pages(IOVA, BigInt(GPA)))).toBe(VIRTIO_IOMMU_S_INVAL);
    canWrite(iommu, ENDPOINT, IOVA);
    expect([memory.bytes[Number(IOVA)], memory.bytes[GPA]]).toEqual([0x5a, 0]);
  });

  it('[A45] takes MMIO for unknown when it was offered but not accepted', () => {
    const accepts = DEFAULT_IOMMU_OPTIONS.features;
    const { driver } = start({ options: WITH_MMIO, accepts });
    const fields = pages(IOVA, 0n, READ | VIRTIO_IOMMU_MAP_F_MMIO);
    expect(driver.map(DOMAIN, fields)).toBe(VIRTIO_IOMMU_S_INVAL);
  });

  it('[A76] is held against the regions of every endpoint that is attached now', () => {
    const region = { kind: 'reserved', start: toIova(IOVA + 0x800n), end: toIova(END) } as const;
    const { driver } = start({ reserved: { [ENDPOINT]: [], [OTHER_ENDPOINT]: [region] } });
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_INVAL);
    driver.detach(DOMAIN, OTHER_ENDPOINT);
    expect(driver.map(DOMAIN, pages(IOVA, 0n))).toBe(VIRTIO_IOMMU_S_OK);
  });
});

describe.each(STORES)('UNMAP over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);

  it('[A61 A41] takes effect with the next access, for every endpoint of the domain', () => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.attach(DOMAIN, OTHER_ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    driver.map(DOMAIN, pages(0x9000n, BigInt(GPA)));
    const endpoints = [ENDPOINT, OTHER_ENDPOINT];
    expect(endpoints.map((id) => canRead(iommu, id, IOVA))).toEqual([true, true]);
    expect(driver.unmap(DOMAIN, 0n, 0x8fffn)).toBe(VIRTIO_IOMMU_S_OK);
    expect(endpoints.map((id) => canRead(iommu, id, IOVA))).toEqual([false, false]);
    expect(endpoints.map((id) => canRead(iommu, id, 0x9000n))).toEqual([true, true]);
  });

  it('[A61] lets the range be mapped anew, to another target with other rights', () => {
    const { driver, iommu, memory } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    canWrite(iommu, ENDPOINT, IOVA);
    driver.unmap(DOMAIN, IOVA, END);
    driver.map(DOMAIN, pages(IOVA, 0x7000n, READ));
    memory.bytes[0x7000] = 9;
    expect(iommu.port(ENDPOINT).readU16(0, Number(IOVA))).toBe(9);
    expect(canWrite(iommu, ENDPOINT, IOVA)).toBe(false);
  });

  it.each([
    ['its first byte', IOVA, IOVA],
    ['all but its first byte', IOVA + 1n, MAX_U64],
    ['all but its last byte', 0n, END - 1n],
    ['a byte inside', IOVA + 0x800n, IOVA + 0x800n],
  ])('[A60 A63] of %s leaves a mapping usable in full', (_what, start, end) => {
    const { driver, iommu } = startIommu();
    driver.attach(DOMAIN, ENDPOINT);
    driver.map(DOMAIN, pages(IOVA, BigInt(GPA)));
    expect(driver.unmap(DOMAIN, start, end)).toBe(VIRTIO_IOMMU_S_RANGE);
    expect(canWrite(iommu, ENDPOINT, IOVA, 0x1000)).toBe(true);
  });
});
