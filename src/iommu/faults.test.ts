// DMA that the IOMMU stops, and the event queue that tells the driver (virtio 1.2, 5.13.6.9).

import { describe, expect, it } from 'vitest';
import { highWord, lowWord } from '../base/words.ts';
import { toIova } from '../memory/address.ts';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, iommuRigsOver, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { DriverMemory } from '../driver/driver-memory.ts';
import { MmioDriver } from '../driver/mmio-driver.ts';
import { RecordingLine } from '../../test/rigs/virtio-rig.ts';
import type { Iova } from '../memory/address.ts';
import { VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_VERSION_1 } from '../virtio/features.ts';
import { VIRTIO_MMIO_INT_VRING } from '../virtio/mmio-registers.ts';
import { MmioTransport } from '../virtio/mmio-transport.ts';
import type { DmaPort } from './dma-port.ts';
import type { MappingStore } from './store/mapping-store.ts';
import {
  FAULT_SIZE,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
} from './protocol/protocol.ts';

const DOMAIN = 1;
const READ_FAULT = VIRTIO_IOMMU_FAULT_F_READ | VIRTIO_IOMMU_FAULT_F_ADDRESS;
const WRITE_FAULT = VIRTIO_IOMMU_FAULT_F_WRITE | VIRTIO_IOMMU_FAULT_F_ADDRESS;
const MAPPING = VIRTIO_IOMMU_FAULT_R_MAPPING;
const READ_ONLY_PAGE = { virtStart: 0x1000n, virtEnd: 0x1fffn, physStart: 0x5000n, flags: 1 };
const WRITE_ONLY_PAGE = { virtStart: 0x2000n, virtEnd: 0x2fffn, physStart: 0x6000n, flags: 2 };
const CLOSED_PAGE = { virtStart: 0x3000n, virtEnd: 0x3fffn, physStart: 0x7000n, flags: 0 };

/** ENDPOINT in a domain with the three pages above; the other endpoint unattached and blocked. */
function startOver(makeStore: () => MappingStore, eventBuffers: number) {
  const rig = iommuRigsOver(makeStore).startIommu();
  rig.driver.attach(DOMAIN, ENDPOINT);
  for (const page of [READ_ONLY_PAGE, WRITE_ONLY_PAGE, CLOSED_PAGE]) rig.driver.map(DOMAIN, page);
  rig.iommu.setBypass(false);
  rig.mmio.takeInterrupts();
  rig.driver.addEventBuffers(eventBuffers);
  return rig;
}

describe.each(STORES)('a fault over a %s', (_name, makeStore) => {
  const start = (eventBuffers: number) => startOver(makeStore, eventBuffers);
  it.each([
    { what: 'a read of an unmapped page', kind: 'read', iova: 0x9008n, length: 4 },
    {
      what: '[A48] a write of a read-only page',
      kind: 'write',
      iova: 0x1004n,
      length: 4,
      mapped: 1,
    },
    {
      what: '[A49 F13] a read of a write-only page',
      kind: 'read',
      iova: 0x2000n,
      length: 1,
      mapped: 2,
    },
    {
      what: '[A53 F13] a read of a page without rights',
      kind: 'read',
      iova: 0x3000n,
      length: 1,
      mapped: 0,
    },
    {
      what: '[A53 F13] a write of a page without rights',
      kind: 'write',
      iova: 0x3fffn,
      length: 1,
      mapped: 0,
    },
    {
      what: 'the 2nd page of a read',
      kind: 'read',
      iova: 0x1ff0n,
      length: 32,
      stop: 0x2000n,
      mapped: 2,
    },
    {
      what: 'the 2nd page of a word',
      kind: 'write',
      iova: 0x2ffen,
      length: 4,
      stop: 0x3000n,
      mapped: 0,
    },
    { what: '[A83] a read above 4 GiB', kind: 'read', iova: 0x12_3456_7890n, length: 1 },
    { what: 'a write past 2^64', kind: 'write', iova: (1n << 64n) - 1n, length: 2 },
    {
      what: '[A19] an unattached endpoint',
      kind: 'write',
      iova: 0x1000n,
      length: 8,
      by: OTHER_ENDPOINT,
    },
  ] as const)('[A82 A86] of $what is reported, recorded, and moves no byte', (row) => {
    const { kind, iova, length } = row;
    const { driver, iommu, memory, events, mmio } = start(1);
    const before = memory.bytes.slice(0, 0x8000);
    const endpoint = 'by' in row ? row.by : ENDPOINT;
    const access = startAccess(iommu.port(endpoint), kind, iova, length);
    expect(access).toThrow('IOMMU');
    const expected = {
      reason: endpoint === ENDPOINT ? MAPPING : VIRTIO_IOMMU_FAULT_R_DOMAIN,
      flags: kind === 'read' ? READ_FAULT : WRITE_FAULT,
      endpoint,
      address: 'stop' in row ? row.stop : iova,
    };
    expect(driver.takeFaults()).toEqual([expected]);
    expect(mmio.takeInterrupts()).toBe(VIRTIO_MMIO_INT_VRING);
    const domain = endpoint === ENDPOINT ? DOMAIN : null;
    expect(events.at(-1)).toMatchObject({
      kind: 'faulted',
      ...expected,
      start: iova,
      length,
      isRing: false,
      domain,
      mappedFlags: 'mapped' in row ? row.mapped : null,
      isReported: true,
    });
    expect(Buffer.compare(memory.bytes.slice(0, 0x8000), before)).toBe(0);
    const state = iommu.state().endpoints.find(({ id }) => id === endpoint);
    expect(state).toMatchObject({ translated: 0, blocked: 1, blockedBytes: length });
  });

  it('[A80 A81 A88] has zeros in every reserved byte of its 24', () => {
    const { driver, iommu } = start(1);
    expect(() => iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow();
    const used = driver.takeEvent();
    expect(used?.length).toBe(FAULT_SIZE);
    expect([...(used?.bytes ?? [])]).toEqual([
      2, 0, 0, 0, 1, 1, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0,
    ]);
  });
});

describe.each(STORES)('the event queue over a %s', (_name, makeStore) => {
  const start = (eventBuffers: number) => startOver(makeStore, eventBuffers);
  const { createIommuRig, startIommu } = iommuRigsOver(makeStore);
  it('[A84 B26 F14] reports in order while there are buffers and drops, visibly, when there are none', () => {
    const { driver, iommu, events } = start(4);
    const port = iommu.port(ENDPOINT);
    for (let index = 0; index < 257; index++) {
      expect(() => port.readU16(0, 0x10_0000 + index * 0x1000)).toThrow();
    }
    const reported = driver.takeFaults().map(({ address }) => address);
    expect(reported).toEqual([0x10_0000n, 0x10_1000n, 0x10_2000n, 0x10_3000n]);
    const faults = events.filter((event) => event.kind === 'faulted');
    expect(faults).toHaveLength(257);
    expect(faults.findIndex(({ isReported }) => !isReported)).toBe(4);
    expect(faults.filter(({ isReported }) => isReported)).toHaveLength(4);
    driver.addEventBuffers(1);
    driver.notifyEvents();
    expect(driver.takeFaults()).toEqual([]);
    expect(() => port.readU16(0, 0x9000)).toThrow();
    expect(driver.takeFaults()).toMatchObject([{ address: 0x9000n }]);
  });

  it('[A85] returns a buffer too small for a report unwritten and uses the next', () => {
    const { driver, iommu } = start(0);
    driver.addEventBuffers(1, FAULT_SIZE - 1);
    driver.addEventBuffers(1, FAULT_SIZE + 8);
    expect(() => iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow();
    const small = driver.takeEvent();
    expect([small?.length, small?.bytes.every((byte) => byte === 0)]).toEqual([0, true]);
    expect(driver.takeEvent()?.length).toBe(FAULT_SIZE);
  });

  it('[A87] breaks the device, not the host, when its buffer lies outside memory', () => {
    const rig = startIommu();
    const { eventQueue } = rig.driver;
    eventQueue.writeDescriptor(0, { address: 1n << 50n, length: 64, flags: 2, next: 0 });
    eventQueue.makeAvailable(0);
    rig.driver.attach(DOMAIN, ENDPOINT);
    expect(() => rig.iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow('IOMMU');
    expect(rig.mmio.needsReset).toBe(true);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'faulted', isReported: false });
  });

  it('[A84] is out of reach before the driver started and after it reset the device', () => {
    const rig = createIommuRig({ options: { bootBypass: false } });
    expect(() => rig.iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow();
    rig.start().addEventBuffers(4);
    rig.mmio.reset();
    expect(() => rig.iommu.port(ENDPOINT).readU16(0, 0x9000)).toThrow();
    const faults = rig.events.filter(({ kind }) => kind === 'faulted');
    expect(faults).toMatchObject([{ isReported: false }, { isReported: false }]);
  });
});

describe.each(STORES)(
  'an endpoint whose rings the driver did not map over a %s',
  (_name, makeStore) => {
    const start = (eventBuffers: number) => startOver(makeStore, eventBuffers);
    it('[F12 B31 B34 A86] faults, writes nothing, and needs a reset; the IOMMU works on', () => {
      const { driver, iommu, memory, events, mmio } = start(4);
      const transport = new MmioTransport<Iova>({
        device: new MirrorDevice(),
        memory: iommu.port(ENDPOINT),
        interruptLine: new RecordingLine(),
        offersAccessPlatform: true,
      });
      const endpointDriver = new MmioDriver(transport, new DriverMemory(memory, 0x8000, 0x1_8000));
      const features = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM;
      const [queue] = endpointDriver.start(features, [{ bufferBytes: 0x4000 }]);
      queue?.add({ readable: [Uint8Array.of(1)], writable: [1] });
      const before = memory.bytes.slice(0, 0x2_0000);
      endpointDriver.notify(0);
      expect(endpointDriver.needsReset).toBe(true);
      expect(Buffer.compare(memory.bytes.slice(0, 0x2_0000), before)).toBe(0);
      expect(driver.takeFaults()).toMatchObject([{ reason: MAPPING, endpoint: ENDPOINT }]);
      expect(events.at(-1)).toMatchObject({ kind: 'faulted', isRing: true });
      expect(mmio.needsReset).toBe(false);
    });
  },
);

describe.each(STORES)('a reserved region over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  const RESERVED = { kind: 'reserved', start: toIova(0x4000n), end: toIova(0x4fffn) } as const;
  const MSI = { kind: 'msi', start: toIova(0xfee0_0000n), end: toIova(0xfeef_ffffn) } as const;

  function startReserved() {
    const rings: unknown[] = [];
    const rig = startIommu({
      reserved: { [ENDPOINT]: [RESERVED, MSI] },
      doorbell: (endpoint, address, message) => rings.push([endpoint, address, [...message]]),
    });
    rig.driver.addEventBuffers(2);
    return { ...rig, rings };
  }

  it.each([
    ['the first byte of a read inside it', 0x4800, 4, 0x4800n],
    ['the first reserved byte of a read across its start', 0x3ffe, 4, 0x4000n],
    ['the first byte of a read across its end', 0x4ffe, 4, 0x4ffen],
  ])('[A77] stops an endpoint in bypass mode at %s', (_what, low, length, address) => {
    const { driver, iommu } = startReserved();
    expect(() => iommu.port(ENDPOINT).read(0, low, new Uint8Array(length))).toThrow('IOMMU');
    expect(driver.takeFaults()).toMatchObject([{ reason: MAPPING, address }]);
    expect(iommu.port(ENDPOINT).readU32(0, 0x5000)).toBe(0);
    expect(iommu.port(OTHER_ENDPOINT).readU32(0, 0x4800)).toBe(0);
  });

  it('[A77 C10 C16] hands a write into the MSI region to the doorbell, attached or not, and to no memory', () => {
    const { driver, iommu, rings, memory } = startReserved();
    const before = memory.bytes.slice(0, 0x8000);
    iommu.port(ENDPOINT).writeU32(0, 0xfee0_1000, 0x4041);
    driver.attach(DOMAIN, ENDPOINT);
    iommu.port(ENDPOINT).write(0, 0xfeef_fffc, Uint8Array.of(1, 2, 3, 4));
    expect(rings).toEqual([
      [ENDPOINT, 0xfee0_1000n, [0x41, 0x40, 0, 0]],
      [ENDPOINT, 0xfeef_fffcn, [1, 2, 3, 4]],
    ]);
    expect(Buffer.compare(memory.bytes.slice(0, 0x8000), before)).toBe(0);
    expect(driver.takeFaults()).toEqual([]);
  });

  it.each([
    ['a read of', 0xfee0_0000, 'read'],
    ['a write across the end of', 0xfeef_fffe, 'write'],
    ['a write across the start of', 0xfedf_fffe, 'write'],
  ] as const)('[A77] stops %s the MSI region', (_what, low, kind) => {
    const { driver, iommu, rings } = startReserved();
    driver.attach(DOMAIN, ENDPOINT);
    const port = iommu.port(ENDPOINT);
    const access = { read: () => port.readU32(0, low), write: () => port.writeU32(0, low, 1) };
    expect(access[kind]).toThrow('IOMMU');
    expect(rings).toEqual([]);
    expect(driver.takeFaults()).toMatchObject([{ reason: MAPPING, address: BigInt(low) }]);
  });

  it('[A77] takes no write past 2^64 for an interrupt, though it starts in an MSI region there', () => {
    const top = { kind: 'msi', start: toIova(-0x1000n), end: toIova(-1n) } as const;
    const rings: number[] = [];
    const doorbell = (endpoint: number): number => rings.push(endpoint);
    const { driver, iommu } = startIommu({ reserved: { [ENDPOINT]: [top] }, doorbell });
    driver.addEventBuffers(1);
    const access = startAccess(iommu.port(ENDPOINT), 'write', toIova(-2n), 4);
    expect(access).toThrow('IOMMU');
    expect(rings).toEqual([]);
    expect(driver.takeFaults()).toMatchObject([{ address: toIova(-2n) }]);
  });
});

function startAccess(port: DmaPort, kind: 'read' | 'write', iova: bigint, length: number) {
  const bytes = new Uint8Array(length).fill(0x5a);
  return () => port[kind](highWord(iova), lowWord(iova), bytes);
}
