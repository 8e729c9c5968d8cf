// Linux with a virtio-iommu that offers less, has less room, or keeps regions to itself.

import { describe, expect, it } from 'vitest';
import { buildAcpiTables } from '../../src/acpi/acpi-tables.ts';
import {
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import { describeMachine } from '../../src/machine/plan/machine-description.ts';
import { readPlan } from '../../src/machine/plan/plan-check.ts';
import { BLOCK_ENDPOINT, ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { DRIVEN_ENDPOINTS } from '../support/driven-endpoints.ts';
import { GuestSession, type GuestSessionOptions } from '../../src/guest/testing.ts';
import { BLOCK_START_CHECK } from './support/data-checks.ts';

interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

/** Boots, reads a disk through its endpoint, and looks. */
async function withGuest(
  options: GuestSessionOptions,
  look: (guest: GuestSession) => Promise<void> | void,
): Promise<void> {
  const guest = await GuestSession.boot(options);
  try {
    await BLOCK_START_CHECK.verify(guest);
    await look(guest);
  } finally {
    await guest.dispose();
  }
}

/** What every guest must show whose endpoints are translated, whatever its device offers. */
function expectTranslation(guest: GuestSession): void {
  const { endpoints } = guest.iommu.state();
  expect(endpoints.map(({ mode }) => mode)).toEqual(DRIVEN_ENDPOINTS.map(() => 'attached'));
  expect(guest.iommu.totals()).toMatchObject({ rejected: 0, ignored: 0, faults: 0 });
  expect(endpoints.find(({ id }) => id === BLOCK_ENDPOINT)?.translated).toBeGreaterThan(0);
}

/** IOVAs of every MAP request since power on; of one endpoint's domain if one is named. */
function mappedRanges(guest: GuestSession, endpoint?: number): readonly Range[] {
  const { domains } = guest.iommu.state();
  const domain = domains.find(({ endpoints }) => endpoints.some((id) => id === endpoint))?.id;
  return guest.iommu.events.flatMap(({ event }) => {
    if (event.kind !== 'mapped' || (endpoint !== undefined && event.domain !== domain)) return [];
    return [{ start: event.virtStart, end: event.virtEnd }];
  });
}

function isTouching(a: Range, b: Range): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** What Linux says of an endpoint that is a virtio-mmio device, by its number among them. */
async function reservedRegions(guest: GuestSession, device: string): Promise<readonly string[]> {
  const { output } = await guest.run(
    `cat /sys/bus/platform/devices/${device}/iommu_group/reserved_regions`,
  );
  return output.trim().split('\n');
}

const BLOCK_DEVICE = 'LNRO0005:01';
const ROGUE_DEVICE = 'LNRO0005:02';
const MSI_LINE = '0x00000000fee00000 0x00000000feefffff msi';
/** Linux's own window for interrupts of devices that told of none (`viommu_get_resv_regions`). */
const SOFTWARE_MSI_LINE = '0x0000000008000000 0x00000000080fffff msi';

/** Of the rogue: a page that the kernel leaves alone, as it leaves firmware's. */
const FIRMWARE = {
  kind: 'identity',
  start: 0x0700_0000n,
  end: 0x0700_0fffn,
  flags: VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE,
} as const;
const SPARED = 'memmap=4K$0x7000000';
const STORED = Array.from({ length: 4 }, () => 0x5a);
const FIRMWARE_LINE = '0x0000000007000000 0x0000000007000fff reserved';

/** What a guest must show with the identity region, by every policy. Two accesses are made, and one of them is stopped. */
async function expectIdentity(guest: GuestSession): Promise<void> {
  const access = (endpoint: number, kind: 'read' | 'write') =>
    guest.rogueDma({ endpoint, address: FIRMWARE.start, access: kind, length: 4 });
  expect(await reservedRegions(guest, ROGUE_DEVICE)).toEqual([FIRMWARE_LINE, MSI_LINE]);
  const { output } = await guest.run('dmesg | grep "resv mem"');
  expect(output).toMatch(/LNRO0005:02: unknown resv mem subtype 0x2\n$/);
  expect(mappedRanges(guest).filter((range) => isTouching(range, FIRMWARE))).toEqual([]);

  expect(access(ROGUE_ENDPOINT, 'write').outcome).toBe('completed');
  expect(access(ROGUE_ENDPOINT, 'read')).toMatchObject({
    outcome: 'completed',
    bytes: Uint8Array.from(STORED),
    region: 'identity',
  });
  expect(guest.iommu.totals().faults).toBe(0);
  expect(access(BLOCK_ENDPOINT, 'read')).toMatchObject({
    outcome: 'blocked',
    reason: VIRTIO_IOMMU_FAULT_R_MAPPING,
    address: FIRMWARE.start,
  });
  expect(guest.iommu.totals().faults).toBe(1);
}

/** The identity region in one guest for each policy, beside what else a device may be told. */
describe('a guest whose device has all features, and an identity region', () => {
  const reservedRegions = { [ROGUE_ENDPOINT]: [FIRMWARE] };

  it('[A21 C6 C14 C.2b A79] maps IOVAs of 28 bits only, where input_range ends there, with lazy invalidation; policy allow', async () => {
    const inputRange = { start: 0n, end: 0x0fff_ffffn };
    const options: GuestSessionOptions = {
      append: `iommu.strict=0 ${SPARED}`,
      iommuOptions: { inputRange, identityPolicy: 'allow' },
      reservedRegions,
    };
    await withGuest(options, async (guest) => {
      expectTranslation(guest);
      const outside = mappedRanges(guest).filter(({ end }) => end > inputRange.end);
      expect(outside).toEqual([]);
      const { output } = await guest.run('dmesg | grep "input address"');
      expect(output).toContain('input address: 28 bits');
      const types = await guest.run('cat /sys/kernel/iommu_groups/*/type | sort -u');
      expect(types.output).toBe('DMA-FQ\n');
      await expectIdentity(guest);
    });
  });

  it('[A5 A20 C18 C.3 C6 C14 C.2b A79] takes other page sizes, few domains, and an IORT beside the VIOT; policy reject', async () => {
    const options: GuestSessionOptions = {
      append: SPARED,
      iommuOptions: {
        pageSizeMask: 0x20_1000n,
        domainRange: { start: 0, end: 9 },
        identityPolicy: 'reject',
      },
      reservedRegions,
      tables: 'viot+iort',
    };
    await withGuest(options, async (guest) => {
      expectTranslation(guest);
      expect(guest.iommu.state().domains.filter(({ id }) => id > 9)).toEqual([]);
      const { output } = await guest.run(
        'dmesg | grep "page mask"; od -An -v -tx1 /sys/firmware/acpi/tables/IORT',
      );
      expect(output).toContain('page mask: 0x201000');
      const { iort } = buildAcpiTables(describeMachine(readPlan({ tables: 'iort' })));
      const bytes = Array.from(iort ?? [], (byte) => byte.toString(16).padStart(2, '0'));
      expect(output.split('\n').slice(1).join(' ').trim().split(/\s+/)).toEqual(bytes);
      await expectIdentity(guest);
    });
  });
});

describe('a guest whose device lacks features', () => {
  it('[A66] without PROBE sends none, and makes up a window for interrupts', async () => {
    const features =
      VIRTIO_IOMMU_F_INPUT_RANGE | VIRTIO_IOMMU_F_DOMAIN_RANGE | VIRTIO_IOMMU_F_MAP_UNMAP;
    await withGuest({ iommuOptions: { features } }, async (guest) => {
      expectTranslation(guest);
      expect(guest.iommu.totals().probe).toBe(0);
      expect(await reservedRegions(guest, BLOCK_DEVICE)).toEqual([SOFTWARE_MSI_LINE]);
    });
  });

  it('[A1 A3 A4 A22] with MAP_UNMAP alone has neither ranges nor bypass', async () => {
    const iommuOptions = { features: VIRTIO_IOMMU_F_MAP_UNMAP };
    await withGuest({ iommuOptions, bootBypass: true }, (guest) => {
      expectTranslation(guest);
      expect(guest.iommu.state().isBypass).toBe(false);
      expect(guest.iommu.totals().probe).toBe(0);
      expect(guest.iommu.state().endpoints.filter(({ bypassed }) => bypassed > 0)).toEqual([]);
      expect(guest.iommu.events.map(({ event }) => event)).toContainEqual(
        expect.objectContaining({
          kind: 'started',
          features: expect.toSatisfy((features: bigint) => (features & 0x7fn) === 4n),
        }),
      );
    });
  });

  it('[C18] with an IORT alone is not found behind its IOMMU by a Linux that reads VIOT', async () => {
    await withGuest({ tables: 'iort' }, (guest) => {
      const { endpoints } = guest.iommu.state();
      expect(endpoints.map(({ mode }) => mode)).toEqual(DRIVEN_ENDPOINTS.map(() => 'bypass'));
      expect(guest.iommu.totals()).toMatchObject({ attach: 0, map: 0, faults: 0 });
    });
  });
});

describe('a guest with RESERVED regions', () => {
  /** In the middle of the input range, and below the place of the disk's ring: Linux allocates from the top down. */
  const MIDDLE = { kind: 'reserved', start: 0x7000_0000n, end: 0x8fff_ffffn } as const;
  const NEAR_TOP = { kind: 'reserved', start: 0xffff_8000n, end: 0xffff_9fffn } as const;
  const reserving: GuestSessionOptions = {
    append: SPARED,
    iommuOptions: { identityPolicy: 'per-endpoint' },
    reservedRegions: { [BLOCK_ENDPOINT]: [MIDDLE, NEAR_TOP], [ROGUE_ENDPOINT]: [FIRMWARE] },
  };

  it('[A76 A78 A79 C6 C14 C.2b] shows them, maps around them, and keeps both over a snapshot; policy per-endpoint', async () => {
    await withGuest(reserving, async (guest) => {
      expectTranslation(guest);
      expect(await reservedRegions(guest, BLOCK_DEVICE)).toEqual([
        '0x0000000070000000 0x000000008fffffff reserved',
        MSI_LINE,
        '0x00000000ffff8000 0x00000000ffff9fff reserved',
      ]);

      const ranges = mappedRanges(guest, BLOCK_ENDPOINT);
      expect(ranges.filter((range) => isTouching(range, MIDDLE))).toEqual([]);
      expect(ranges.filter((range) => isTouching(range, NEAR_TOP))).toEqual([]);
      expect(ranges.some(({ start }) => start > NEAR_TOP.end)).toBe(true);
      expect(ranges.some(({ end }) => end < NEAR_TOP.start)).toBe(true);

      const snapshot = await guest.save();
      await guest.restore(snapshot);
      await BLOCK_START_CHECK.verify(guest);
      const other = await GuestSession.create();
      try {
        await expect(other.restore(snapshot)).rejects.toThrow(
          /what is reserved of virtio-blk is msi region 0xfee00000-0xfeefffff and was .* reserved region 0x70000000-0x8fffffff/,
        );
      } finally {
        await other.dispose();
      }
      await expectIdentity(guest);
    });
  });
});
