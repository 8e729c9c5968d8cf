import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { Attacks } from './attacks.ts';

const EDU = 40;

function counted(translated: number): IommuState {
  const none = { translatedBytes: 0, bypassed: 0, bypassedBytes: 0, blocked: 0, blockedBytes: 0 };
  const place = { id: EDU, mode: 'attached', domain: 1, isMaster: true, reserved: [] } as const;
  return {
    sequence: 1,
    isBypass: true,
    domains: [],
    endpoints: [{ ...place, ...none, translated }],
  };
}

it('counts from where an attack was begun, and from nothing once the guest has rebooted', () => {
  const device = signal<IommuState | null>(counted(5));
  const info = signal<MachineInfo | null>({
    endpoints: [{ id: EDU, name: 'edu', description: '', location: '' }],
    outside: [],
    memoryBytes: 0,
    iommu: 'translated',
    plan: DEFAULT_PLAN,
  });
  const attacks = new Attacks({
    power: { restarted: new Emitter<void>(), info, api: null },
    device,
    loadModule: async () => new Blob(),
  });

  attacks.begin('read');
  device.value = counted(7);
  expect(attacks.count.value).toMatchObject({ id: 'read', translated: 2 });
  device.value = counted(1);

  expect(attacks.count.value).toMatchObject({ translated: 1 });
});
