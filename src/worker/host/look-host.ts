// Answers looks into the machine, in bounded pieces.

import type { Mapping } from '../../iommu/store/mapping-store.ts';
import { eventsOf } from '../../trace/record/record-batches.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import type { DeviceRegisters, LookApi, Moment } from '../api/look.ts';
import type { MachineLife } from './machine-life.ts';

const MAX_LISTED = 10_000;

export class LookHost implements LookApi {
  readonly #life: MachineLife;

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async listMappings(domain: number, from: bigint, limit: number): Promise<readonly Mapping[]> {
    const bounded = Math.max(1, Math.min(limit, MAX_LISTED));
    const { machine, story } = this.#life;
    if (machine !== undefined) return machine.iommu?.mappings(domain, from, bounded) ?? [];
    const told = story?.mappings.find((each) => each.domain === domain)?.mappings ?? [];
    return told.filter(({ virtEnd }) => virtEnd >= from).slice(0, bounded);
  }

  async moment(): Promise<Moment> {
    const { plan, iommu, timeMs, instructions } = this.#life.needMachine();
    return { plan, state: iommu?.state() ?? null, timeMs, instructions };
  }

  async events(): Promise<readonly RecordedEvent[]> {
    return eventsOf(this.#life.history?.filed.record ?? []);
  }

  async registers(endpoint: number): Promise<DeviceRegisters | null> {
    return this.#life.machine?.deviceRegisters(endpoint) ?? null;
  }
}
