// A session's view of the guest's IOMMU: what it is now, what it did, how often.

import type { Dispose } from '../base/emitter.ts';
import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { Mapping } from '../iommu/store/mapping-store.ts';
import { DEFAULT_STORE_LIMITS } from '../iommu/store/store-limits.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import { recordHeadOf } from '../machine/plan/record-head.ts';
import { tapMachine, type RecordedMachine } from '../machine/record-tap.ts';
import { WayRecords, type MovedMachine } from '../machine/way-records.ts';
import type { RecordBatch } from '../trace/record/batch.ts';
import { EventColumns } from '../trace/record/event-columns.ts';
import { IommuRecord } from '../trace/record/iommu-record.ts';
import { batchesOf, eventsOf } from '../trace/record/record-batches.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { History } from '../trace/replay/history.ts';
import type { Moment } from '../trace/replay/moment.ts';
import { filedPast, type FiledPast } from '../trace/replay/latest-cut.ts';
import { EventCounter, type EventTotals } from '../trace/event-totals.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import type { IommuView } from './guest.ts';
import { sessionOver } from './session-over.ts';

/** Events that `events` gives at most: a boot has some 300, reading a MiB over 9p some 5000. */
const LISTED_EVENTS = 1 << 17;

/** Events that a file has at most. */
const FILED_EVENTS = 1 << 14;

/** What a session knows of the past; plain data. */
export interface GuestIommuRecord {
  readonly batches: readonly RecordBatch[];
  readonly totals: EventTotals;
}

/** The machine that has it: public types must not lead to the emulator's, which need a browser's. */
export interface IommuOwner extends RecordedMachine, MovedMachine {
  onEvent(listener: (event: RecordedEvent) => void): Dispose;
  readonly plan: MachinePlan;
  /** Another object after a power cycle. */
  readonly iommu: VirtioIommu | undefined;
}

/** What is kept of what happens; as the session's options say it. */
interface Recording {
  readonly recordsEvents: boolean;
  readonly recordsWho: boolean;
}

/** The IOMMU of a guest. */
export class GuestIommu implements IommuView {
  readonly #machine: IommuOwner;
  readonly #recordsEvents: boolean;
  readonly #recorder = new Recorder();
  readonly #counter = new EventCounter();
  readonly #ways: WayRecords | undefined;
  #isOver = false;
  #record: IommuRecord;
  /** Of `present`, once that was asked for. */
  #history: History | undefined;

  constructor(machine: IommuOwner, { recordsEvents, recordsWho }: Recording) {
    this.#machine = machine;
    this.#recordsEvents = recordsEvents;
    this.#record = new IommuRecord(recordHeadOf(machine.plan));
    if (!recordsEvents) return;
    const stageSoFar = (): string | null => {
      const latest = this.record.marks.findLast(({ kind }) => kind === 'stage');
      return latest?.kind === 'stage' ? latest.stage : null;
    };
    tapMachine(machine, this.#recorder, { withWho: recordsWho, stageSoFar });
    this.#recorder.filled.on(() => this.#gather());
    this.#ways = new WayRecords(machine, {
      now: () => this.record,
      set: (record) => {
        this.#record = record;
      },
    });
  }

  /** The session was disposed: its record is let go. */
  end(): void {
    this.#isOver = true;
    this.#ways?.end();
    this.#history?.dispose();
    this.#history = undefined;
    this.#recorder.take();
    this.#record = new IommuRecord(this.#record.head);
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

  /** All that happened, up to now, on the branch where the guest stands; empty when the session was booted to record nothing. */
  get record(): IommuRecord {
    if (this.#isOver) throw sessionOver();
    this.#gather();
    return this.#record;
  }

  /** The latest events (131072 at most) up to where the guest stands, oldest first; their time is guest time since the machine was built. */
  get events(): readonly RecordedEvent[] {
    const { firstSequence } = this.record;
    const lastSequence = Math.min(
      this.#record.lastSequence,
      this.#machine.iommu?.sequence ?? Infinity,
    );
    const from = Math.max(firstSequence, lastSequence - LISTED_EVENTS + 1);
    const events: RecordedEvent[] = [];
    for (let sequence = Math.max(1, from); sequence <= lastSequence; sequence += 1) {
      const event = this.#record.event(sequence);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** Events that are no longer in `events`. */
  get droppedEvents(): number {
    const { count, evicted } = this.record;
    return evicted + Math.max(0, count - LISTED_EVENTS);
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
    if (this.#isOver) throw sessionOver();
    this.#gather();
    return this.#counter.totals;
  }

  /** Takes in what happened before the session began, and tells it to a listener. */
  witness(
    batches: readonly RecordBatch[],
    listener: (event: RecordedEvent) => void = () => undefined,
  ): void {
    this.#recorder.goOnBehind(batches);
    if (this.#recordsEvents) for (const batch of batches) this.#take(batch);
    for (const event of eventsOf(batches)) listener(event);
  }

  /** For `restore`. */
  save(): GuestIommuRecord {
    return { batches: batchesOf(this.record), totals: this.#counter.totals };
  }

  /** Puts record and totals back where they were saved; the device itself is the machine's to restore. */
  restore({ batches, totals }: GuestIommuRecord): void {
    this.#recorder.goOnBehind(batches);
    this.#record = new IommuRecord(this.#record.head);
    for (const batch of batches) this.#record.append(batch);
    this.#counter.restore(totals);
  }

  /**
   * The device as its record has it now. Throws `Error` when the session records nothing. Once asked, it knows the state whatever
   * the record has to let go later.
   */
  present(): Moment {
    const { record } = this;
    if (this.#history?.record !== record) {
      this.#history?.dispose();
      this.#history = new History(record);
    }
    const moment = this.#history.at(this.#machine.iommu?.sequence ?? 0);
    if (!this.#recordsEvents || !moment.isKnown) {
      throw new Error('This session does not know what its IOMMU did. Boot it with recordsEvents.');
    }
    return moment;
  }

  /** What a file keeps of the past: the latest events, up to where the guest stands. */
  story(): FiledPast {
    const last = Math.min(this.record.lastSequence, this.#machine.iommu?.sequence ?? Infinity);
    const history = new History(this.#record);
    const filed = filedPast(history, last, FILED_EVENTS);
    history.dispose();
    return filed;
  }

  /** Begins with what a file had of the past. */
  begin(batches: readonly RecordBatch[]): void {
    const counter = new EventCounter();
    for (const { count, columns } of batches)
      counter.addRows(new EventColumns(count, columns), count);
    this.restore({ batches, totals: counter.totals });
  }

  #gather(): void {
    for (const batch of this.#recorder.take()) this.#take(batch);
  }

  #take(batch: RecordBatch): void {
    this.#counter.addRows(new EventColumns(batch.count, batch.columns), batch.count);
    this.#record.append(batch);
  }

  #device(): VirtioIommu {
    if (this.#isOver) throw sessionOver();
    const { iommu } = this.#machine;
    if (iommu === undefined) {
      throw new Error('this machine has no IOMMU: it was booted with iommu "off"');
    }
    return iommu;
  }
}
