// The rows of the list of events: follows the record and what is chosen of it, a little in each frame, so that none is late.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Mark } from '../../src/trace/record/marks.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { SelectEvents } from '../events/event-index.ts';
import { GROUP_OF, type MarkGroup } from '../events/mark-rows.ts';
import { RowList, type Rows } from '../events/row-list.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { FramePacer, FramePorts } from './frame-pacer.ts';

/** Milliseconds of a frame that testing events may take. */
const SLICE_MS = 6;

/** Which events and marks are listed. */
export interface Listing {
  /** Null lists all events. */
  readonly select: SelectEvents | null;
  readonly passes: (mark: Mark) => boolean;
}

const EVERYTHING: Listing = { select: null, passes: () => true };

function isBlank(mark: Mark): boolean {
  return mark.kind === 'console' && mark.line.trim() === '';
}

export interface RowsView {
  /** Those of now: what is read of them later may have moved. */
  readonly rows: Rows;
  /** Events that are kept, listed or not. */
  readonly kept: number;
  /** Events of this life of the guest that are kept no more. */
  readonly gone: number;
}

const NO_ROWS: Rows = {
  count: 0,
  events: 0,
  row: () => undefined,
  indexOf: () => 0,
  hasEvent: () => false,
  beside: () => undefined,
};

export interface EventRowsPorts extends FramePorts {
  readonly latest: Pick<MachineModel, 'history' | 'goneEvents'>;
  readonly pacer: Pick<FramePacer, 'frame' | 'ask'>;
}

interface Followed {
  readonly history: History;
  readonly list: RowList;
}

export class EventRows {
  readonly #ports: EventRowsPorts;
  readonly #view = signal<RowsView>({ rows: NO_ROWS, kept: 0, gone: 0 });
  readonly #groups = signal<ReadonlySet<MarkGroup>>(new Set<MarkGroup>(['stages']));
  readonly #isBusy = signal(false);
  #listingOf: (history: History) => Listing = () => EVERYTHING;
  #shown: Followed | undefined;
  /** What is shown when all of it is there. */
  #next: Followed | undefined;
  #key = '';
  /** Whether a slice comes with the next frame. */
  #isScheduled = false;

  constructor(ports: EventRowsPorts) {
    this.#ports = ports;
    ports.pacer.frame.subscribe(() => this.#follow());
  }

  get view(): ReadonlySignal<RowsView> {
    return this.#view;
  }

  /** Whether another choice is still being looked for. */
  get isBusy(): ReadonlySignal<boolean> {
    return this.#isBusy;
  }

  /** Marks that are listed. */
  get groups(): ReadonlySignal<ReadonlySet<MarkGroup>> {
    return this.#groups;
  }

  toggle(group: MarkGroup): void {
    const groups = new Set(this.#groups.peek());
    if (!groups.delete(group)) groups.add(group);
    this.#groups.value = groups;
    this.#begin();
  }

  /** Lists what is chosen from now on; what was listed stays until that is known. */
  choose(listingOf: (history: History) => Listing): void {
    this.#listingOf = listingOf;
    this.#begin();
  }

  /** The listed event behind one, or before it; undefined where there is none. */
  beside(sequence: number, by: 1 | -1): number | undefined {
    return this.#view.peek().rows.beside(sequence, by);
  }

  #made(history: History): Followed {
    const { select, passes } = this.#listingOf(history);
    const groups = this.#groups.peek();
    const isListedMark = (mark: Mark): boolean => {
      const group = GROUP_OF[mark.kind];
      if (group === null || !groups.has(group) || isBlank(mark)) return false;
      return passes(mark);
    };
    return { history, list: new RowList(history.record, { select, isListedMark }) };
  }

  #begin(): void {
    const history = this.#shown?.history;
    this.#next?.list.dispose();
    this.#next = history === undefined ? undefined : this.#made(history);
    this.#isBusy.value = this.#next !== undefined;
    if (this.#next !== undefined) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.onNextFrame(() => this.#build());
  }

  /** A slice of what was chosen last. */
  #build(): void {
    this.#isScheduled = false;
    const next = this.#next;
    if (next === undefined) return;
    if (!next.list.advance(this.#clock())) {
      this.#schedule();
      return;
    }
    this.#shown?.list.dispose();
    this.#shown = next;
    this.#next = undefined;
    this.#isBusy.value = false;
    this.#tell();
  }

  #follow(): void {
    const { history } = this.#ports.latest;
    if (history !== this.#shown?.history) {
      this.#shown?.list.dispose();
      this.#next?.list.dispose();
      this.#next = undefined;
      this.#isBusy.value = false;
      this.#shown = history === undefined ? undefined : this.#made(history);
    }
    if (this.#shown?.list.advance(this.#clock()) === false) this.#ports.pacer.ask();
    this.#tell();
  }

  #tell(): void {
    const { goneEvents } = this.#ports.latest;
    const shown = this.#shown;
    const kept = shown?.history.record.count ?? 0;
    const key = `${shown?.list.version} ${kept} ${goneEvents}`;
    const isSame = this.#view.peek().rows === (shown?.list ?? NO_ROWS) && key === this.#key;
    if (isSame) return;
    this.#key = key;
    this.#view.value = { rows: shown?.list ?? NO_ROWS, kept, gone: goneEvents };
  }

  #clock(): () => boolean {
    const { now } = this.#ports;
    const endMs = now() + SLICE_MS;
    return () => now() >= endMs;
  }
}
