// Attacks on a session's machine, and what they show.

import { ArmedAccess, type ArmedMachine, type ArmedWhen } from '../lab/armed-access.ts';
import { recordSights } from '../lab/record-sights.ts';
import { sweepTarget, type SweptMachine } from '../lab/sweep-target.ts';
import { sweep, type SweepOptions, type SweepResult } from '../lab/sweep.ts';
import { UnmapWindow, type WindowMachine } from '../lab/unmap-window.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { GuestStage } from '../machine/boot-watch.ts';
import { endpointId, type GuestRogueRequest } from './endpoint-id.ts';
import type { GuestIommu } from './guest-iommu.ts';

export interface GuestSweepOptions extends Omit<SweepOptions, 'endpoints'> {
  /** Names or IDs; default: all that are plugged in. */
  readonly endpoints?: readonly GuestRogueRequest['endpoint'][] | undefined;
}

/** Without an address the access goes to what the condition is about. */
export interface GuestArmedRequest extends Omit<GuestRogueRequest, 'address'> {
  readonly address?: bigint | undefined;
}

/** The machine that is attacked: public types must not lead to the emulator's. */
interface LabMachine
  extends Omit<SweptMachine, 'iommu'>, Omit<ArmedMachine, 'iommu'>, Omit<WindowMachine, 'iommu'> {
  /** Another object after a power cycle. */
  readonly iommu: VirtioIommu | undefined;
  whileStill<T>(look: () => Promise<T>): Promise<T>;
}

export class GuestLab {
  readonly #machine: LabMachine;
  readonly #iommu: GuestIommu;
  readonly #stage: () => GuestStage;

  constructor(machine: LabMachine, iommu: GuestIommu, stage: () => GuestStage) {
    this.#machine = machine;
    this.#iommu = iommu;
    this.#stage = stage;
  }

  /**
   * Tries to reach every page of the 32-bit space from every endpoint, reading and writing, and holds what becomes of it
   * against what the requests on record say. The guest stands still meanwhile, and neither it nor the record notices.
   * Rejects with `InputError` for a machine without an IOMMU and for an unknown endpoint, and with `Error` for a session
   * whose record does not go back to power on.
   */
  async sweep({ endpoints, ...options }: GuestSweepOptions = {}): Promise<SweepResult> {
    const ids = endpoints?.map((each) => endpointId(each));
    const target = sweepTarget(this.#machine);
    return this.#machine.whileStill(() =>
      sweep(target, this.#iommu.present(), { ...options, endpoints: ids }),
    );
  }

  /**
   * Has an endpoint make an access that no driver asked for when a condition holds, `times` times: at the end of that tick. The
   * guest has to run for it. Throws `InputError` for a condition or an access that can not be.
   */
  arm(request: GuestArmedRequest, when: ArmedWhen, times = 1): ArmedAccess {
    const endpoint = endpointId(request.endpoint);
    return new ArmedAccess(
      this.#machine,
      recordSights(() => this.#iommu.record, this.#stage),
      {
        request: { ...request, endpoint },
        when,
        times,
      },
    );
  }

  /** Looks from now on for UNMAPs that wait after the driver took them for done; dispose it in the end. */
  unmapWindow(): UnmapWindow {
    return new UnmapWindow(this.#machine);
  }
}
