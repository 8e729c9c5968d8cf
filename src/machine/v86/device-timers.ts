// Devices of ours that do something later: on guest time, where v86 looks at the timers of its own.

import type { V86CoreImports } from './v86-internals.ts';

/** Does what is due; returns how many milliseconds later there is something to do, infinite for nothing. */
export type DeviceTimer = (nowMs: number) => number;

export class DeviceTimers {
  readonly #timers: DeviceTimer[] = [];

  /** Takes over what v86 imports; call before its core is instantiated. */
  install(imports: V86CoreImports): void {
    const { run_hardware_timers } = imports;
    // v86 halts the CPU for as long as is returned, and then asks again.
    imports.run_hardware_timers = (hasAcpi, now) => {
      let waitMs = run_hardware_timers(hasAcpi, now);
      for (const timer of this.#timers) waitMs = Math.min(waitMs, timer(now));
      return waitMs;
    };
  }

  add(timer: DeviceTimer): void {
    this.#timers.push(timer);
  }
}
