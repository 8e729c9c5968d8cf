// Who in the guest makes a device do what it does.

import type { Dispose } from '../base/emitter.ts';
import { GuestWalk } from '../kernel/guest-walk.ts';
import { findKallsyms } from '../kernel/kallsyms.ts';
import { profileOf, type KernelProfile } from '../kernel/kernel-profile.ts';
import { knownKernel } from '../kernel/known-kernel.ts';
import { KernelMemory } from '../kernel/kernel-memory.ts';
import { readModuleSymbols } from '../kernel/module-symbols.ts';
import { joinedSymbols, type SymbolTable, type Symbols } from '../kernel/symbol-table.ts';
import type { Voices } from './machine-voices.ts';
import type { MachinePlan } from './plan/machine-plan.ts';
import type { Run } from './run.ts';
import { CpuView } from './v86/cpu-view.ts';
import type { Emulator } from './v86/emulator.ts';
import type { EndpointNotification, WhoView } from './who-view.ts';

export class MachineWho implements WhoView {
  readonly #run: Run;
  readonly #voices: Voices;
  #walk = new GuestWalk();
  #emulator: Emulator | undefined;
  #view: CpuView | undefined;
  /** Whether how the current task is found is known, or was told. */
  #isSettled: boolean;
  /** Where symbols were looked for without being asked. */
  #learned: Emulator | undefined;
  #lacking: Emulator | undefined;
  #found: { readonly emulator: Emulator; readonly symbols: SymbolTable } | undefined;

  constructor(run: Run, voices: Voices, plan: MachinePlan) {
    this.#run = run;
    this.#voices = voices;
    const profile = knownKernel(plan.images.kernel);
    this.#isSettled = profile !== undefined;
    this.#walk.setProfile(profile);
  }

  findWalk(): number {
    return this.#walk.find(this.#viewOf(this.#run.board.emulator));
  }

  walk(into: Uint32Array): number {
    return this.#walk.take(this.#viewOf(this.#run.board.emulator), into);
  }

  setProfile(profile: KernelProfile | undefined): void {
    this.#isSettled = true;
    this.#walk.setProfile(profile);
  }

  /**
   * Finds out how the current task is found in a kernel that nothing is known of and nobody has told of, by its own symbols.
   * It looks once after each power on, which takes as long as `kallsyms`; later it does nothing.
   */
  learn(): void {
    const { emulator } = this.#run.board;
    if (this.#isSettled || this.#learned === emulator) return;
    this.#learned = emulator;
    const symbols = this.kallsyms();
    // They are part of the kernel, which runs: what is not there now never will be
    if (symbols === undefined) this.#lacking = emulator;
    this.#walk.setProfile(symbols && profileOf(symbols));
  }

  kallsyms(): SymbolTable | undefined {
    const { emulator } = this.#run.board;
    if (this.#lacking === emulator) return undefined;
    if (this.#found?.emulator === emulator) return this.#found.symbols;
    const { buffer, byteOffset, length } = emulator.cpu.mem8;
    const symbols = findKallsyms(new Uint8Array(buffer, byteOffset, length));
    this.#found = symbols && { emulator, symbols };
    return symbols;
  }

  withModules(symbols: SymbolTable): Symbols {
    return joinedSymbols(symbols, () => {
      const memory = new KernelMemory();
      memory.begin(this.#viewOf(this.#run.board.emulator));
      return readModuleSymbols(memory, symbols);
    });
  }

  onNotification(listener: (notification: EndpointNotification) => void): Dispose {
    return this.#voices.notifications.on(listener);
  }

  /** The machine is gone: nothing of it is held here. */
  end(): void {
    this.#walk = new GuestWalk();
    this.#view = undefined;
    this.#emulator = undefined;
    this.#learned = undefined;
    this.#lacking = undefined;
    this.#found = undefined;
  }

  #viewOf(emulator: Emulator): CpuView {
    if (this.#view === undefined || emulator !== this.#emulator) {
      this.#emulator = emulator;
      this.#view = new CpuView(emulator.cpu, emulator.memory);
    }
    return this.#view;
  }
}
