// Numbers what happens and tells it to whoever listens.

import { Emitter, type Dispose } from '../../base/emitter.ts';
import type { IommuEvent } from './iommu-event.ts';

/** Gives every event its place in the sequence; an event nobody listens to costs its number only. */
export class EventRecorder {
  /** Sequence of the latest event; 0 before the first. Set only when a saved machine is restored. */
  sequence = 0;
  readonly #emitter = new Emitter<IommuEvent>();

  /** Whether `tell` would tell anybody. */
  get isHeard(): boolean {
    return this.#emitter.hasListeners;
  }

  on(listener: (event: IommuEvent) => void): Dispose {
    return this.#emitter.on(listener);
  }

  /** `describe` gets the event's number, and runs only when somebody listens. */
  record(describe: (sequence: number) => IommuEvent): void {
    const sequence = this.next();
    if (this.#emitter.hasListeners) this.#emitter.emit(describe(sequence));
  }

  /** The number of what happens now, for an event that is made anyway: `tell` of it before the next one is numbered. */
  next(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Tells of an event that has its number. */
  tell(event: IommuEvent): void {
    this.#emitter.emit(event);
  }
}
