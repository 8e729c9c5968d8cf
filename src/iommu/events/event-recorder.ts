// Numbers what happens and tells it to whoever listens.

import { Emitter, type Dispose } from '../../base/emitter.ts';
import { describeRequest, type AnsweredRequest } from './answered-request.ts';
import type { IommuEvent, NumberedRequest } from './iommu-event.ts';

/** What happens beside requests. */
export type OtherEvent = Exclude<IommuEvent, NumberedRequest>;

/** Hears of everything while it happens, in order; nothing is made for it but events that are rare. */
export interface IommuWatcher {
  /** A request was carried out, or refused; its reply is about to be written. */
  request(answered: AnsweredRequest): void;
  other(event: OtherEvent): void;
}

/** Gives every event its place in the sequence; an event nobody listens to costs its number only. */
export class EventRecorder {
  /** Sequence of the latest event; 0 before the first. Set only when a saved machine is restored. */
  sequence = 0;
  readonly #requests = new Emitter<AnsweredRequest>();
  readonly #others = new Emitter<OtherEvent>();

  watch(watcher: IommuWatcher): Dispose {
    const endings = [
      this.#requests.on((answered) => watcher.request(answered)),
      this.#others.on((event) => watcher.other(event)),
    ];
    return () => endings.forEach((end) => end());
  }

  /** Calls the listener with an event for everything that happens: requests become objects for it. */
  on(listener: (event: IommuEvent) => void): Dispose {
    return this.watch({
      request: (answered) => listener(describeRequest(answered)),
      other: listener,
    });
  }

  /** `describe` gets the event's number, and runs only when somebody listens. */
  record(describe: (sequence: number) => OtherEvent): void {
    const sequence = this.next();
    if (this.#others.hasListeners) this.#others.emit(describe(sequence));
  }

  /** The number of a request: `tell` of it before anything else is numbered. */
  next(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Tells of a request that has its number. */
  tell(answered: AnsweredRequest): void {
    this.#requests.emit(answered);
  }
}
