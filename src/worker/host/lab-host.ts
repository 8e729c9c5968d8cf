// Attacks the machine, and looks at what is left open.

import { transfer } from 'comlink';
import { Once } from '../../base/once.ts';
import type { UnmapWindow } from '../../lab/unmap-window.ts';
import type { GuestStage } from '../../machine/boot-watch.ts';
import type { Machine } from '../../machine/machine.ts';
import type {
  ArmedRequest,
  ArmedShot,
  ArmedWhen,
  LabApi,
  ScheduledOrder,
  SweepResult,
  WindowReport,
} from '../api/lab.ts';
import type { MachineLife } from './machine-life.ts';

const parts = new Once(() => import('./lab-parts.ts'));

/** Accesses that wait at a time: each looks at the machine after every tick. */
const MOST_SCHEDULED = 16;
const MOST_SHOTS = 100;

/** Late UNMAPs that are told at a time. */
const TOLD_LATE = 512;

export class LabHost implements LabApi {
  readonly #life: MachineLife;
  #isSweeping = false;
  #endArmed: () => void = () => undefined;
  #window: UnmapWindow | undefined;
  #isWatched = false;
  /** What ends those that are armed beside others. */
  readonly #scheduled = new Map<number, () => void>();

  constructor(life: MachineLife) {
    this.#life = life;
    life.adopted.on((machine) => {
      this.#endArmed();
      for (const end of this.#scheduled.values()) end();
      void this.#watch(machine);
    });
  }

  async sweep(onPass: (done: number, of: number) => void): Promise<SweepResult> {
    const { sweep, sweepTarget } = await parts.get();
    const machine = this.#life.needMachine();
    const target = sweepTarget(machine);
    if (this.#isSweeping) throw new Error('A sweep is under way. Wait for its end.');
    this.#isSweeping = true;
    try {
      const result = await machine.whileStill(() => {
        const { history } = this.#life;
        const moment = history?.past.at(machine.iommu?.sequence ?? 0);
        if (moment?.isKnown !== true)
          throw new Error('What is mapped is not known. Start the PC anew.');
        return sweep(target, moment, { onPass });
      });
      return transfer(
        result,
        result.endpoints.map(({ map }) => map.buffer),
      );
    } finally {
      this.#isSweeping = false;
    }
  }

  async arm(request: ArmedRequest, when: ArmedWhen): Promise<ArmedShot | null> {
    const { ArmedAccess, recordSights } = await parts.get();
    const machine = this.#life.needMachine();
    this.#endArmed();
    const sights = recordSights(
      () => this.#needRecord(),
      () => this.#life.stage,
    );
    const armed = new ArmedAccess(machine, sights, { request, when });
    const disarmed = new Promise<readonly ArmedShot[]>((resolve) => {
      this.#endArmed = () => {
        armed.disarm();
        resolve(armed.shots);
      };
    });
    const [shot] = await Promise.race([armed.done, disarmed]);
    return shot ?? null;
  }

  async disarm(): Promise<void> {
    this.#endArmed();
  }

  async schedule(
    id: number,
    order: ScheduledOrder,
    onShot: (shot: ArmedShot) => void,
  ): Promise<boolean> {
    const { ArmedAccess, recordSights, stageFromNow } = await parts.get();
    const machine = this.#life.needMachine();
    if (this.#scheduled.size >= MOST_SCHEDULED) {
      throw new Error(`${MOST_SCHEDULED} accesses are armed. Cancel one of them first.`);
    }
    if (order.times > MOST_SHOTS) {
      throw new Error(`An armed access is made up to ${MOST_SHOTS} times.`);
    }
    const { when } = order;
    const stageNow = (): GuestStage => this.#life.stage;
    const stage = when.kind === 'stage' ? stageFromNow(when.stage, stageNow) : stageNow;
    const sights = recordSights(() => this.#needRecord(), stage);
    const armed = new ArmedAccess(machine, sights, { ...order, onShot });
    const cancelled = new Promise<false>((resolve) => {
      this.#scheduled.set(id, () => {
        armed.disarm();
        resolve(false);
      });
    });
    try {
      return await Promise.race([armed.done.then(() => true), cancelled]);
    } finally {
      this.#scheduled.delete(id);
    }
  }

  async cancel(id: number): Promise<void> {
    this.#scheduled.get(id)?.();
  }

  async watchWindow(isOn: boolean): Promise<void> {
    this.#isWatched = isOn;
    await this.#watch(this.#life.machine);
  }

  async window(): Promise<WindowReport | null> {
    return this.#window?.report(TOLD_LATE) ?? null;
  }

  async #watch(machine: Machine | undefined): Promise<void> {
    this.#window?.dispose();
    this.#window = undefined;
    if (!this.#isWatched || machine === undefined) return;
    const { UnmapWindow: Watch } = await parts.get();
    // Another machine may have come meanwhile, or nobody looks any more
    if (!this.#isWatched || machine !== this.#life.machine || this.#window !== undefined) return;
    this.#window = new Watch(machine);
  }

  #needRecord(): NonNullable<MachineLife['history']>['events'] {
    const { history } = this.#life;
    if (history === undefined) throw new Error('The PC is not started yet.');
    return history.events;
  }
}
