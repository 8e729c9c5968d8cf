// A session's view of the guest's IOMMU: what it is now, what it did, how often.

import type { Dispose } from '../base/emitter.ts';
import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { Mapping } from '../iommu/store/mapping-store.ts';
import { DEFAULT_STORE_LIMITS } from '../iommu/store/store-limits.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import { EventHistory, type EventHistoryState } from '../trace/event-history.ts';
import { EventCounter, type EventTotals } from '../trace/event-totals.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';

/** Events kept: a boot has some 300, reading a MiB over 9p some 5000. */
const HISTORY_CAPACITY = 1 << 17;

/** What a session knows of the past; plain data. */
export interface GuestIommuRecord {
  readonly history: EventHistoryState;
  readonly totals: EventTotals;
}

/** The machine that has it. */
export interface IommuOwner {
  /** Another object after a power cycle. */
  readonly iommu: VirtioIommu | undefined;
  onEvent(listener: (event: RecordedEvent) => void): Dispose;
}

/** The IOMMU of a guest. */
export class GuestIommu {
  readonly #machine: IommuOwner;
  readonly #recordsEvents: boolean;
  readonly #history = new EventHistory(HISTORY_CAPACITY);
  readonly #counter = new EventCounter();

  constructor(machine: IommuOwner, recordsEvents: boolean) {
    this.#machine = machine;
    this.#recordsEvents = recordsEvents;
    if (!recordsEvents) return;
    machine.onEvent((event) => this.#add(event));
  }

  /** Whether the machine has one. */
  get isPresent(): boolean {
    return this.#machine.iommu !== undefined;
  }

  /** Endpoints and domains now. Throws `Error` on a machine without an IOMMU. */
  state(): IommuState {
    return this.#device().state();
  }

  /** Every mapping of a domain in IOVA order; none of an unknown or a bypass domain. */
  mappings(domain: number): readonly Mapping[] {
    return this.#device().mappings(domain, 0n, DEFAULT_STORE_LIMITS.maxMappings);
  }

  /** The latest events (131072 at most), oldest first. */
  get events(): readonly RecordedEvent[] {
    return this.#history.events;
  }

  /** Events that are no longer in `events`. */
  get droppedEvents(): number {
    return this.#history.dropped;
  }

  /** Calls the listener with every event from now on, while it happens. */
  onEvent(listener: (event: RecordedEvent) => void): Dispose {
    return this.#machine.onEvent(listener);
  }

  /** Requests and faults since the session began. Throws `Error` when it was booted to record none. */
  totals(): EventTotals {
    if (!this.#recordsEvents) {
      throw new Error(
        'this session counts nothing: it was booted with recordsEvents false. Leave that out to have totals.',
      );
    }
    return this.#counter.totals;
  }

  /** Takes in what happened before the session began, and tells it to a listener. */
  witness(
    events: readonly RecordedEvent[],
    listener: (event: RecordedEvent) => void = () => undefined,
  ): void {
    for (const event of events) {
      if (this.#recordsEvents) this.#add(event);
      listener(event);
    }
  }

  /** For `restore`. */
  save(): GuestIommuRecord {
    return { history: this.#history.save(), totals: this.#counter.totals };
  }

  /** Puts history and totals back where they were saved; the device itself is the machine's to restore. */
  restore(record: GuestIommuRecord): void {
    this.#history.restore(record.history);
    this.#counter.restore(record.totals);
  }

  #add(event: RecordedEvent): void {
    this.#history.add(event);
    this.#counter.add(event.event);
  }

  #device(): VirtioIommu {
    const { iommu } = this.#machine;
    if (iommu === undefined) {
      throw new Error('this machine has no IOMMU: it was booted with iommu "off"');
    }
    return iommu;
  }
}
