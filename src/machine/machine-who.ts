// Who in the guest makes a device do what it does.

import type { Dispose } from '../base/emitter.ts';
import { GuestWalk } from '../kernel/guest-walk.ts';
import { findKallsyms } from '../kernel/kallsyms.ts';
import type { KernelProfile } from '../kernel/kernel-profile.ts';
import { knownKernel } from '../kernel/known-kernel.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { EndpointNotification } from './notifications.ts';
import type { Voices } from './machine-voices.ts';
import type { MachinePlan } from './plan/machine-plan.ts';
import type { Run } from './run.ts';
import { CpuView } from './v86/cpu-view.ts';
import type { Emulator } from './v86/emulator.ts';

/** Looks at a machine's guest. The guest can not notice: nothing of it changes, and its clock stands still meanwhile. */
export class MachineWho {
  readonly #run: Run;
  readonly #voices: Voices;
  #walk: GuestWalk;
  #emulator: Emulator | undefined;
  #view: CpuView | undefined;

  constructor(run: Run, voices: Voices, plan: MachinePlan) {
    this.#run = run;
    this.#voices = voices;
    this.#walk = new GuestWalk(knownKernel(plan.images.kernel));
  }

  /**
   * Writes who runs now into `into`, WALK_WORDS words at least, and returns how many it wrote (src/kernel/walk-layout.ts). Asked
   * while an event or a notification is told, it is who asked the device for that. It takes microseconds and makes no objects.
   */
  walk(into: Uint32Array): number {
    return this.#walk.take(this.#viewOf(this.#run.board.emulator), into);
  }

  /** Tells how the current task is found, for a kernel that is not the project's own; undefined: it can not be. */
  setProfile(profile: KernelProfile | undefined): void {
    this.#walk = new GuestWalk(profile);
  }

  /** The symbols that the guest's kernel carries in itself; undefined when it has none, or has not come so far. It takes some 0.3 s. */
  kallsyms(): SymbolTable | undefined {
    const { cpu } = this.#run.board.emulator;
    const { buffer, byteOffset, length } = cpu.mem8;
    return findKallsyms(new Uint8Array(buffer, byteOffset, length));
  }

  /** Subscribes to the notifications of endpoints, told before the device hears of them. */
  onNotification(listener: (notification: EndpointNotification) => void): Dispose {
    return this.#voices.notifications.on(listener);
  }

  #viewOf(emulator: Emulator): CpuView {
    if (this.#view === undefined || emulator !== this.#emulator) {
      this.#emulator = emulator;
      this.#view = new CpuView(emulator.cpu, emulator.memory);
    }
    return this.#view;
  }
}
