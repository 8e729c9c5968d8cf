// Looks into the machine, for what is too much to be told all the time.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { DeviceRegisters } from '../../machine/register-view.ts';
import type { MachinePlan } from '../../machine/plan/machine-plan.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';

/** The machine at this moment, as the news tell it a little later. */
export interface Moment {
  readonly plan: MachinePlan;
  /** The IOMMU; null on a machine without one. */
  readonly state: IommuState | null;
  /** Milliseconds and instructions since power on. */
  readonly timeMs: number;
  readonly instructions: number;
}

export interface LookApi {
  /** Mappings of a domain in IOVA order from `from` on, at most `limit` (1..10000). */
  listMappings(domain: number, from: bigint, limit: number): Promise<readonly Mapping[]>;
  /** Rejects with an error for the user while there is no machine. */
  moment(): Promise<Moment>;
  /** The latest events (16384 at most) on the way to where the machine stands, oldest first. */
  events(): Promise<readonly RecordedEvent[]>;
  /**
   * What an endpoint's registers hold where the machine stands; null for one that is no PCI function, and while there is no machine.
   * Neither the guest nor the device notices.
   */
  registers(endpoint: number): Promise<DeviceRegisters | null>;
}

export type { DeviceRegisters };
