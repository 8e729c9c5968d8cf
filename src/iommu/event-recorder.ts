// Numbers what happens and tells it to whoever listens.

import { Emitter, type Dispose } from '../base/emitter.ts';
import type { DeviceEvent, IommuEvent } from './iommu-event.ts';

/** Gives every event its place in the sequence; an event nobody listens to costs its number only. */
export class EventRecorder {
  /** Sequence of the latest event; 0 before the first. Set only when a saved machine is restored. */
  sequence = 0;
  readonly #emitter = new Emitter<IommuEvent>();

  on(listener: (event: IommuEvent) => void): Dispose {
    return this.#emitter.on(listener);
  }

  /** `describe` runs only when somebody listens. */
  record(describe: () => DeviceEvent): void {
    this.sequence += 1;
    if (this.#emitter.hasListeners) this.#emitter.emit({ ...describe(), sequence: this.sequence });
  }
}
