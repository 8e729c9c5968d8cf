// What a machine tells.

import { Emitter } from '../base/emitter.ts';
import { IommuWatchers } from '../iommu/events/event-recorder.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import type { MachineAccess } from './rogue-access.ts';
import type { PowerEvent, PowerWish } from './power-event.ts';
import type { RunListener } from './run-state.ts';
import type { EndpointNotification } from './who-view.ts';
import type { Place } from './timeline/place.ts';

/** What a machine tells to those who listen. */
export class Voices {
  readonly events = new Emitter<RecordedEvent>();
  /** Who is told the same without an object for each. */
  readonly watchers = new IommuWatchers();
  readonly notifications = new Emitter<EndpointNotification>();
  readonly power = new Emitter<PowerEvent>();
  /** Why the power cycle that the guest wanted could not be. */
  readonly failures = new Emitter<Error>();
  readonly wishes = new Emitter<PowerWish>();
  readonly accesses = new Emitter<MachineAccess>();
  /** The machine is about to be taken elsewhere in time, from this place. */
  readonly leaves = new Emitter<Place>();
  /** The machine was put elsewhere, and stands there. */
  readonly moves = new Emitter<Place>();
  readonly ticks = new Emitter<void>();
  /** Ticks of a recording that is replayed. */
  readonly ticksFollowed = new Emitter<void>();
  readonly touches = new Emitter<void>();
}

/** Has a run tell it to them. */
export function listenerOf(voices: Voices): RunListener {
  let notification: EndpointNotification = { endpoint: null, queue: 0 };
  return {
    onWish: (wish) => voices.wishes.emit(wish),
    onPowerFollowed: (wish) => voices.power.emit(wish === 'reboot' ? 'power-cycled' : wish),
    watchers: () => voices.watchers.all,
    onEvent: (event) => voices.events.emit(event),
    onAccess: (access) => voices.accesses.emit(access),
    onNotification: (endpoint, queue) => {
      if (!voices.notifications.hasListeners) return;
      // A driver notifies the same queue over and over: no object for each
      const isSame = endpoint === notification.endpoint && queue === notification.queue;
      if (!isSame) notification = { endpoint, queue };
      voices.notifications.emit(notification);
    },
    onTick: () => voices.ticks.emit(),
    onTickFollowed: () => voices.ticksFollowed.emit(),
    onTouch: () => voices.touches.emit(),
    hearsEvents: () => voices.events.hasListeners,
  };
}
