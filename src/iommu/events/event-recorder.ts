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

/** Watchers in the order they came, each as often as it was added. */
export class IommuWatchers {
  #entries: readonly { readonly watcher: IommuWatcher }[] = [];
  #all: readonly IommuWatcher[] = [];

  /** The same array until another comes or goes. */
  get all(): readonly IommuWatcher[] {
    return this.#all;
  }

  /** Adds one, and returns the function that ends its watch. */
  add(watcher: IommuWatcher): Dispose {
    // The same watcher may come twice, and goes as often
    const entry = { watcher };
    this.#set([...this.#entries, entry]);
    return () => this.#set(this.#entries.filter((each) => each !== entry));
  }

  #set(entries: readonly { readonly watcher: IommuWatcher }[]): void {
    this.#entries = entries;
    this.#all = entries.map(({ watcher }) => watcher);
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
    const watchers = this.#watchers.all;
    if (watchers.length === 0) return;
    const event = describe(sequence);
    for (const watcher of watchers) watcher.other(event);
  }

  /** The number of a request: `tell` of it before anything else is numbered. */
  next(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Tells of a request that has its number. */
  tell(answered: AnsweredRequest): void {
    for (const watcher of this.#watchers.all) watcher.request(answered);
  }
}
