// The same guest with its IOMMU in every mode, and with edu: data, and an attack.

import { describe, expect, it } from 'vitest';
import { DRIVEN_ENDPOINTS } from '../support/driven-endpoints.ts';
import { GuestSession, type GuestSessionOptions } from '../../src/guest/testing.ts';
import { QUICK_CHECKS } from './support/data-checks.ts';
import { attack, stoppedBy, THROUGH } from './support/dma-attack.ts';
import { WITH_EDU } from './support/edu-guest.ts';

async function withGuest(
  options: GuestSessionOptions,
  use: (guest: GuestSession) => Promise<void>,
): Promise<void> {
  const guest = await GuestSession.boot({ ...WITH_EDU, ...options });
  try {
    for (const check of QUICK_CHECKS) await check.verify(guest);
    await use(guest);
  } finally {
    await guest.dispose();
  }
}

/** Of the endpoints that Linux has a driver for. */
function drivenIn(guest: GuestSession) {
  const ids = new Set<number>(DRIVEN_ENDPOINTS.map(({ id }) => id));
  return guest.iommu.state().endpoints.filter(({ id }) => ids.has(id));
}

describe('a guest', () => {
  it('without an IOMMU moves its data by physical address, and is attacked', async () => {
    await withGuest({ iommu: 'off' }, async (guest) => {
      expect(guest.iommu.isPresent).toBe(false);
      expect(guest.console).toContain('has no IOMMU: devices reach all of memory');
      expect(guest.console).not.toContain('behind an IOMMU you can watch');
      expect(guest.iommu.totals()).toMatchObject({ attach: 0, map: 0 });
      expect(() => guest.iommu.state()).toThrow('no IOMMU');
      const { output } = await guest.run('ls /sys/kernel/iommu_groups /sys/firmware/acpi/tables');
      expect(output).not.toContain('VIOT');
      expect(await attack(guest)).toMatchObject({ ...THROUGH, domain: null });
    });
  });

  it('[A22 A23 A35] in bypass mode attaches to bypass domains, maps nothing, and is attacked', async () => {
    await withGuest({ iommu: 'bypass' }, async (guest) => {
      const { domains } = guest.iommu.state();
      const endpoints = drivenIn(guest);
      expect(guest.console).toContain('every device behind an IOMMU you can watch');
      expect(endpoints.map(({ mode }) => mode)).toEqual(DRIVEN_ENDPOINTS.map(() => 'bypass'));
      expect(domains.filter(({ isBypass }) => !isBypass)).toEqual([]);
      expect(endpoints.filter(({ translated, blocked }) => translated + blocked > 0)).toEqual([]);
      expect(guest.iommu.totals()).toMatchObject({ map: 0, faults: 0, rejected: 0 });
      await expect(guest.run('cat /proc/cmdline')).resolves.toMatchObject({
        output: expect.stringContaining('iommu.passthrough=1'),
      });
      await expect(guest.run('edu bind')).resolves.toMatchObject({ exitCode: 0 });
      expect(await attack(guest)).toMatchObject({ ...THROUGH, domain: 'identity' });
    });
  });

  it('[A6 A19] without boot bypass lets nothing through before the driver attaches, nor without one', async () => {
    await withGuest({ bootBypass: false }, async (guest) => {
      expect(guest.iommu.state().isBypass).toBe(false);
      const bypassed = guest.iommu.state().endpoints.filter((endpoint) => endpoint.bypassed > 0);
      expect(bypassed).toEqual([]);
      expect(guest.iommu.totals()).toMatchObject({ rejected: 0 });
      expect(await attack(guest)).toMatchObject({ ...stoppedBy('domain'), domain: null });
      const { output } = await guest.run('iommu-info');
      expect(output).toMatch(/^none .* nothing: no driver has taken it, and boot bypass is off$/m);
    });
  });
});
