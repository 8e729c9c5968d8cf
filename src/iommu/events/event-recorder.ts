// Numbers what happens and tells it to whoever listens.

import type { Dispose } from '../../base/emitter.ts';
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

/** Watchers, told one after the other in the order they came. */
export class IommuWatchers implements IommuWatcher {
  #entries: readonly { readonly watcher: IommuWatcher }[] = [];

  get entries(): readonly { readonly watcher: IommuWatcher }[] {
    return this.#entries;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Adds one, and returns the function that ends its watch. */
  add(watcher: IommuWatcher): Dispose {
    // The same watcher may come twice, and goes as often
    const entry = { watcher };
    this.#entries = [...this.#entries, entry];
    return () => {
      this.#entries = this.#entries.filter((each) => each !== entry);
    };
  }

  request(answered: AnsweredRequest): void {
    for (const { watcher } of this.#entries) watcher.request(answered);
  }

  other(event: OtherEvent): void {
    for (const { watcher } of this.#entries) watcher.other(event);
  }
}

/** Gives every event its place in the sequence; an event nobody listens to costs its number only. */
export class EventRecorder {
  /** Sequence of the latest event; 0 before the first. Set only when a saved machine is restored. */
  sequence = 0;
  readonly #watchers = new IommuWatchers();

  watch(watcher: IommuWatcher): Dispose {
    return this.#watchers.add(watcher);
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
    if (this.#watchers.count > 0) this.#watchers.other(describe(sequence));
  }

  /** The number of a request: `tell` of it before anything else is numbered. */
  next(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Tells of a request that has its number. */
  tell(answered: AnsweredRequest): void {
    // A loop of its own: V8 takes the one who watches a device into it, and no others that watch elsewhere
    for (const { watcher } of this.#watchers.entries) watcher.request(answered);
  }
}
