// PROBE and its properties (virtio 1.2, 5.13.6.7 and .8).

import { describe, expect, it } from 'vitest';
import { toIova } from '../memory/address.ts';
import { STORES } from '../../test/support/stores.ts';
import { ENDPOINT, iommuRigsOver } from '../../test/rigs/iommu-rig.ts';
import { probeRequest } from '../../test/rigs/iommu-requests.ts';
import { DEFAULT_IOMMU_OPTIONS } from './options.ts';
import {
  PROBE_SIZE,
  RESV_MEM_SIZE,
  TAIL_SIZE,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_PROBE_T_NONE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
} from './protocol/protocol.ts';

const { probeSize } = DEFAULT_IOMMU_OPTIONS;
const NO_ENDPOINT = 77;

/** Hexadecimal, eight bytes a group. */
function hex(bytes: Uint8Array): string[] {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.match(/.{1,16}/g) ?? [];
}

describe.each(STORES)('PROBE over a %s', (_name, makeStore) => {
  const { startIommu } = iommuRigsOver(makeStore);
  it('[A67 A68 A71 A73 A78 C1 C3 C4 C5 C16] tells of the MSI region in the bytes of the specification, then zeros, then OK', () => {
    const { bytes, length } = startIommu().driver.probe(ENDPOINT, probeSize);
    expect(length).toBe(probeSize + TAIL_SIZE);
    // type 1, length 20, subtype MSI, reserved; 0xfee00000; 0xfeefffff
    expect(hex(bytes.subarray(0, RESV_MEM_SIZE))).toEqual([
      '0100140001000000',
      '0000e0fe00000000',
      'ffffeffe00000000',
    ]);
    expect(bytes.subarray(RESV_MEM_SIZE).every((byte) => byte === 0)).toBe(true);
  });

  it('[A69 A73 A78] tells of all regions in address order', () => {
    const regions = [
      { kind: 'msi', start: toIova(0x9000n), end: toIova(0x9fffn) },
      { kind: 'reserved', start: toIova(1n << 40n), end: toIova((1n << 64n) - 1n) },
      { kind: 'reserved', start: toIova(0n), end: toIova(0xfffn) },
    ] as const;
    const { driver } = startIommu({ reserved: { [ENDPOINT]: regions } });
    const { bytes } = driver.probe(ENDPOINT, probeSize);
    expect(hex(bytes.subarray(0, 3 * RESV_MEM_SIZE))).toEqual([
      '0100140000000000',
      '0000000000000000',
      'ff0f000000000000',
      '0100140001000000',
      '0090000000000000',
      'ff9f000000000000',
      '0100140000000000',
      '0000000000010000',
      'ffffffffffffffff',
    ]);
    expect(bytes[3 * RESV_MEM_SIZE]).toBe(VIRTIO_IOMMU_PROBE_T_NONE);
  });

  it('[A70 A71] fills all of probe_size when the regions take it', () => {
    const { driver } = startIommu({ options: { probeSize: RESV_MEM_SIZE } });
    const { bytes, length } = driver.probe(ENDPOINT, RESV_MEM_SIZE);
    expect(length).toBe(RESV_MEM_SIZE + TAIL_SIZE);
    expect(hex(bytes.subarray(RESV_MEM_SIZE - 8))).toEqual(['ffffeffe00000000', '00000000']);
  });

  it('[A12 A64] ignores its reserved bytes and works on an attached endpoint', () => {
    const { driver } = startIommu();
    driver.attach(1, ENDPOINT);
    const request = probeRequest(ENDPOINT).fill(0xff, 8, PROBE_SIZE);
    expect(driver.send(request, probeSize + TAIL_SIZE).bytes.at(-TAIL_SIZE)).toBe(
      VIRTIO_IOMMU_S_OK,
    );
  });

  it('[A65 A24] rejects an endpoint that does not exist with NOENT and no property', () => {
    const { bytes, length } = startIommu().driver.probe(NO_ENDPOINT, probeSize);
    expect(length).toBe(probeSize + TAIL_SIZE);
    expect(bytes.findIndex((byte) => byte !== 0)).toBe(probeSize);
    expect(bytes[probeSize]).toBe(VIRTIO_IOMMU_S_NOENT);
  });

  it('[A70 C2 F8] answers every writable length below probe_size + 4 with INVAL in its last bytes, and no property', () => {
    const small = 40;
    const { driver } = startIommu({ options: { probeSize: small } });
    for (let room = TAIL_SIZE; room < small + TAIL_SIZE; room++) {
      const { bytes, length } = driver.send(probeRequest(ENDPOINT), room);
      const expected = new Uint8Array(room);
      expected[room - TAIL_SIZE] = VIRTIO_IOMMU_S_INVAL;
      expect({ length, bytes }).toEqual({ length: room, bytes: expected });
    }
  });

  it.each([1, 2, 3])('[A14 F8] leaves %i writable bytes unwritten', (room) => {
    const { driver, events } = startIommu();
    const { bytes, length } = driver.send(probeRequest(ENDPOINT), room);
    expect(length).toBe(0);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(events.at(-1)).toMatchObject({ kind: 'ignored', status: null, writableBytes: room });
  });

  it('[A72] puts the tail behind probe_size bytes when there is more room', () => {
    const { driver } = startIommu();
    expect(driver.send(probeRequest(ENDPOINT), probeSize + 100).length).toBe(probeSize + TAIL_SIZE);
  });

  it.each([
    ['offered', {}],
    ['accepted', { options: { features: DEFAULT_IOMMU_OPTIONS.features } }],
  ])('[A66] is left unwritten when it was not %s', (_what, options) => {
    const without = DEFAULT_IOMMU_OPTIONS.features & ~VIRTIO_IOMMU_F_PROBE;
    const { driver } = startIommu({ options: { features: without }, ...options, accepts: without });
    expect(driver.probe(ENDPOINT, probeSize).length).toBe(0);
  });
});
