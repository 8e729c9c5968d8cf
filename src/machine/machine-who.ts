// Who in the guest makes a device do what it does.

import type { Dispose } from '../base/emitter.ts';
import { GuestWalk } from '../kernel/guest-walk.ts';
import { findKallsyms } from '../kernel/kallsyms.ts';
import type { KernelProfile } from '../kernel/kernel-profile.ts';
import { knownKernel } from '../kernel/known-kernel.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { Voices } from './machine-voices.ts';
import type { MachinePlan } from './plan/machine-plan.ts';
import type { Run } from './run.ts';
import { CpuView } from './v86/cpu-view.ts';
import type { Emulator } from './v86/emulator.ts';
import type { EndpointNotification, WhoView } from './who-view.ts';

export class MachineWho implements WhoView {
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

  walk(into: Uint32Array): number {
    return this.#walk.take(this.#viewOf(this.#run.board.emulator), into);
  }

  setProfile(profile: KernelProfile | undefined): void {
    this.#walk = new GuestWalk(profile);
  }

  kallsyms(): SymbolTable | undefined {
    const { cpu } = this.#run.board.emulator;
    const { buffer, byteOffset, length } = cpu.mem8;
    return findKallsyms(new Uint8Array(buffer, byteOffset, length));
  }

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
