// What the page shows of the IOMMU: folds the machine's news, follows the domain that a person looks at, and hands out
// views that change at most once a frame.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { BusyDomain } from '../model/busy-domain.ts';
import { NO_SELECTION, shownDomain, type Selection } from '../model/domain-choice.ts';
import { activityAt } from '../model/endpoint-activity.ts';
import { MachineModel } from '../model/machine-model.ts';
import type { MappingChange } from '../model/watched-domain.ts';
import type { ActivityView, FaultsView, FeedView, WatchedView } from '../model/views.ts';
import type { FramePacer } from './frame-pacer.ts';
import type { Power } from './power.ts';

const NO_ACTIVITY: ActivityView = {
  nowMs: 0,
  samples: () => [],
  lastBlockedMs: () => Number.NEGATIVE_INFINITY,
};

export class IommuView {
  readonly #pacer: FramePacer;
  readonly #model = new MachineModel();
  readonly #busy = new BusyDomain();
  readonly #selection = signal<Selection>(NO_SELECTION);

  readonly device: ReadonlySignal<IommuState | null>;
  readonly domain: ReadonlySignal<number | null>;
  readonly changes: ReadonlySignal<readonly MappingChange[]>;
  readonly watched: ReadonlySignal<WatchedView>;
  readonly activity: ReadonlySignal<ActivityView>;
  readonly feed: ReadonlySignal<FeedView>;
  readonly faults: ReadonlySignal<FaultsView>;
  /** Whether accesses are counted: the traces of QEMU and of Linux do not tell of those that went through. */
  readonly isCounted: ReadonlySignal<boolean>;

  constructor(power: Power, pacer: FramePacer, now: () => number) {
    this.#pacer = pacer;
    const model = this.#model;
    this.device = this.#eachFrame(
      () => model.state,
      () => model.state,
    );
    this.domain = this.#eachFrame(
      () => model.watched.domain,
      () => model.watched.domain,
    );
    this.changes = this.#eachFrame(
      () => model.watched.version,
      () => model.watched.changes,
    );
    this.watched = this.#eachFrame(
      () => model.watched.version,
      () => {
        const { domain, rows, count, changes, isIncomplete } = model.watched;
        return { domain, rows, count, changes, isIncomplete };
      },
    );
    this.activity = this.#eachFrame(
      () => model.activity.version,
      () => {
        const { history, ranMs, faults } = model;
        if (history === undefined) return NO_ACTIVITY;
        const { record } = history;
        return activityAt(record, record.lastSequence, ranMs, faults);
      },
    );
    this.feed = this.#eachFrame(
      () => `${model.feed.version} ${model.droppedEvents} ${model.requestsPerSecond}`,
      () => ({
        moment: null,
        droppedEvents: model.droppedEvents,
        requestsPerSecond: model.requestsPerSecond,
        count: (kind) => model.feed.count(kind),
      }),
    );
    this.faults = this.#eachFrame(
      () => model.faults,
      () => ({ isPast: false, list: model.faults, count: model.faultCount }),
    );
    const source = this.#eachFrame(
      () => model.history?.record.head.source,
      () => model.history?.record.head.source,
    );
    this.isCounted = computed(() => source.value !== 'qemu' && source.value !== 'ftrace');
    power.restarted.on(() => {
      model.clear();
      this.#busy.clear();
      pacer.ask();
    });
    power.rebooted.on(() => {
      model.clear();
      this.#busy.clear();
    });
    power.batches.on((batch) => {
      const before = model.version;
      model.apply(batch, now());
      this.#busy.note(model.state, now());
      this.#watchShownDomain();
      if (batch.preview !== undefined) pacer.hurry();
      else if (model.version !== before) pacer.ask();
    });
  }

  get selection(): ReadonlySignal<Selection> {
    return this.#selection;
  }

  /** What is known at this moment, painted or not. */
  get latest(): MachineModel {
    return this.#model;
  }

  select(selection: Selection): void {
    this.#selection.value = selection;
    this.#watchShownDomain();
    this.#pacer.ask();
  }

  /** A view that is made anew with the first frame after what it is made of, its `key`, has changed. */
  #eachFrame<T>(key: () => unknown, view: () => T): ReadonlySignal<T> {
    let made: { readonly key: unknown; readonly view: T } | undefined;
    return computed(() => {
      void this.#pacer.frame.value;
      const now = key();
      if (made === undefined || made.key !== now) made = { key: now, view: view() };
      return made.view;
    });
  }

  #watchShownDomain(): void {
    const { watched, state } = this.#model;
    watched.watch(shownDomain(state, this.#selection.value, watched.domain, this.#busy.domain));
  }
}
