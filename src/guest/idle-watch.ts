// Tells a guest that works from one that only idles: an idle Linux, too, asks its random number generator now and then.

import { CLOCK_CONSTANTS } from '../machine/plan/clock-constants.ts';
import type { Machine } from '../machine/machine.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';

const MS_PER_INSTRUCTION = CLOCK_CONSTANTS.instructionNs / 1e6;
/** Guest time that is looked at together, at least, in milliseconds: what an idle guest does at a time takes less. */
const WINDOW_MS = 50;
/** The part of it that a guest that works spends on instructions, at least. */
const BUSY_SHARE = 0.1;

/** Looks at events as they come. */
export class IdleWatch {
  /** Where the window begins. */
  #timeMs = 0;
  #instructions = 0;

  /** Whether the guest has worked of late; false when it is too early to tell. */
  isBusy(at: Pick<RecordedEvent, 'timeMs' | 'instructions'>): boolean {
    const { timeMs } = at;
    const passedMs = timeMs - this.#timeMs;
    if (passedMs >= 0 && passedMs < WINDOW_MS) return false;
    const { instructions } = at;
    const workedMs = (instructions - this.#instructions) * MS_PER_INSTRUCTION;
    this.#timeMs = timeMs;
    this.#instructions = instructions;
    // A power cycle sets both back.
    return passedMs < 0 || workedMs >= passedMs * BUSY_SHARE;
  }
}

/** Calls back while a machine's guest works: at the ends of ticks in which its IOMMU did something. */
export function onBusyEvents(
  machine: Pick<Machine, 'onTick' | 'iommu' | 'timeMs' | 'instructions'>,
  listener: () => void,
): void {
  const idle = new IdleWatch();
  let latest = 0;
  machine.onTick(() => {
    const sequence = machine.iommu?.sequence ?? 0;
    if (sequence === latest) return;
    latest = sequence;
    if (idle.isBusy(machine)) listener();
  });
}
