// What a machine tells.

import { Emitter } from '../base/emitter.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import type { MachineAccess } from './rogue-access.ts';
import type { PowerWish, RunListener } from './run-state.ts';
import type { Place } from './timeline/place.ts';

/**
 * `power-cycled`: everything but the disks starts afresh. `powered-off`: the guest switched itself off. `halted`: it
 * stopped its CPU for good. `crashed`: the emulator failed on something the guest did. After these only a power cycle helps.
 */
export type PowerEvent = 'power-cycled' | Exclude<PowerWish, 'reboot'>;

/** What a machine tells to those who listen. */
export class Voices {
  readonly events = new Emitter<RecordedEvent>();
  readonly power = new Emitter<PowerEvent>();
  readonly wishes = new Emitter<PowerWish>();
  readonly accesses = new Emitter<MachineAccess>();
  /** The machine was put elsewhere, and stands there. */
  readonly moves = new Emitter<Place>();
  readonly ticks = new Emitter<void>();
  readonly touches = new Emitter<void>();
}

/** Has a run tell it to them. */
export function listenerOf(voices: Voices): RunListener {
  return {
    onWish: (wish) => voices.wishes.emit(wish),
    onPowerFollowed: (wish) => voices.power.emit(wish === 'reboot' ? 'power-cycled' : wish),
    onEvent: (event) => voices.events.emit(event),
    onAccess: (access) => voices.accesses.emit(access),
    onTick: () => voices.ticks.emit(),
    onTouch: () => voices.touches.emit(),
    hearsEvents: () => voices.events.hasListeners,
  };
}
