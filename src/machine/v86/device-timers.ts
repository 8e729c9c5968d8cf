// What happens by itself later, on guest time: v86's own timers, and devices of ours beside them.

import type { V86CoreImports, V86Cpu } from './v86-internals.ts';

/** Does what is due; returns how many milliseconds later there is something to do, infinite for nothing. */
export type DeviceTimer = (nowMs: number) => number;

/** v86 halts the CPU for no longer than so many milliseconds, also when nothing is due. */
export const LONGEST_HALT_MS = 100;

/** TMR_EN: an interrupt when the power management timer's highest bit changes (ACPI 6.4, 4.8.3.1.2). */
const TIMER_ENABLED = 1;

/** What is used of v86's. */
export interface TimedCpu extends Pick<V86Cpu, 'apic_timer'> {
  readonly devices: Pick<V86Cpu['devices'], 'rtc' | 'acpi'>;
}

export class DeviceTimers {
  readonly #timers: DeviceTimer[] = [];
  /** The last look at all of them: when, and for how long the CPU could be halted. */
  #lookedMs = 0;
  #waitMs = 0;
  #ownWaitMs = Infinity;

  /** Takes over what v86 imports; call before its core is instantiated. */
  install(imports: Pick<V86CoreImports, 'run_hardware_timers'>): void {
    const { run_hardware_timers } = imports;
    // v86 halts the CPU for as long as is returned, and then asks again.
    imports.run_hardware_timers = (hasAcpi, now) => {
      const waitMs = run_hardware_timers(hasAcpi, now);
      this.#ownWaitMs = Infinity;
      for (const timer of this.#timers) this.#ownWaitMs = Math.min(this.#ownWaitMs, timer(now));
      this.#lookedMs = now;
      this.#waitMs = Math.min(waitMs, this.#ownWaitMs);
      return this.#waitMs;
    };
  }

  add(timer: DeviceTimer): void {
    this.#timers.push(timer);
  }

  /**
   * Milliseconds from the last look on in which no timer does anything, for a CPU that was halted since. An idle Linux has
   * nothing but the local APIC's timer to wake it (CONFIG_NO_HZ_IDLE).
   */
  restMs({ apic_timer, devices: { rtc, acpi } }: TimedCpu): number {
    const wakesByClock =
      rtc.periodic_interrupt || rtc.next_interrupt_alarm !== 0 || rtc.update_interrupt;
    const wakesByPower = (acpi.pm1_enable & TIMER_ENABLED) !== 0;
    if (this.#waitMs < LONGEST_HALT_MS || wakesByClock || wakesByPower) return this.#waitMs;
    // What was due is done: asked again at the same time, it only tells when the next interrupt is.
    return Math.min(apic_timer(this.#lookedMs), this.#ownWaitMs);
  }
}
