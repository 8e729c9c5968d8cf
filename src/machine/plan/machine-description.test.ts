import { describe, expect, it } from 'vitest';
import { buildAcpiTables } from '../../acpi/acpi-tables.ts';
import { describeMachine } from './machine-description.ts';
import { DEFAULT_PLAN, readPlan } from './plan-check.ts';
import {
  BLOCK_ENDPOINT,
  BLOCK_PLACE,
  ENDPOINTS,
  IOMMU_PLACE,
  MMIO_WINDOW_SIZE,
  PCI_IOMMU_FUNCTION,
  ROGUE_ENDPOINT,
  ROGUE_PLACE,
} from './topology.ts';

const MACHINE = describeMachine(DEFAULT_PLAN);

describe('describeMachine', () => {
  it.each(['viot', 'iort', 'viot+iort'] as const)(
    '[C21] has an LNRO0005 device whose _CRS is the IOMMU’s window and interrupt: %s',
    (tables) => {
      expect(describeMachine(readPlan({ tables })).devices.mmioDevices).toContainEqual({
        hardwareId: 'LNRO0005',
        uid: expect.any(Number),
        base: IOMMU_PLACE.base,
        size: MMIO_WINDOW_SIZE,
        gsi: IOMMU_PLACE.gsi,
      });
    },
  );

  it('[C19 C20] has one IOMMU with every endpoint behind it', () => {
    expect(MACHINE.iommus).toEqual([
      {
        at: { kind: 'mmio', baseAddress: IOMMU_PLACE.base },
        pciRanges: [
          { endpointStart: 0, segmentStart: 0, segmentEnd: 0, bdfStart: 0, bdfEnd: 0xff },
        ],
        mmioEndpoints: [
          { endpoint: BLOCK_ENDPOINT, baseAddress: BLOCK_PLACE.base },
          { endpoint: ROGUE_ENDPOINT, baseAddress: ROGUE_PLACE.base },
        ],
      },
    ]);
  });

  it('puts a PCI IOMMU where no endpoint is, and then has no window for it', () => {
    const { iommus, devices } = describeMachine(DEFAULT_PLAN, 'pci');

    expect(iommus[0]?.at).toEqual({ kind: 'pci', segment: 0, bdf: PCI_IOMMU_FUNCTION });
    expect(ENDPOINTS.map(({ id }) => id)).not.toContain(PCI_IOMMU_FUNCTION);
    expect(devices.mmioDevices.map(({ base }) => base)).toEqual([
      BLOCK_PLACE.base,
      ROGUE_PLACE.base,
    ]);
  });

  it('has neither windows nor nodes of endpoints that are left out', () => {
    const { iommus, devices } = describeMachine(readPlan({ endpoints: { rogue: false } }));

    expect(iommus[0]?.mmioEndpoints).toEqual([
      { endpoint: BLOCK_ENDPOINT, baseAddress: BLOCK_PLACE.base },
    ]);
    expect(devices.mmioDevices.map(({ base }) => base)).toEqual([
      IOMMU_PLACE.base,
      BLOCK_PLACE.base,
    ]);
  });

  it('without an IOMMU has neither a window nor a table for it', () => {
    const machine = describeMachine(readPlan({ iommu: { mode: 'off' }, tables: 'viot+iort' }));

    expect(machine.devices.mmioDevices.map(({ base }) => base)).not.toContain(IOMMU_PLACE.base);
    expect(buildAcpiTables(machine)).toMatchObject({ viot: undefined, iort: undefined });
  });
});
