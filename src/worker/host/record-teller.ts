// Tells the page what the IOMMU has done: of the worker's own record, what the page has not had yet, in copies.

import type { Emitter } from '../../base/emitter.ts';
import type { RecordBatch } from '../../trace/record/batch.ts';
import { KIND_CODES } from '../../trace/record/event-kinds.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { BATCH_EVENTS, RecordTail, type EventCounts } from '../../trace/record/record-tail.ts';
import { stateBefore, type Cut } from '../../trace/replay/latest-cut.ts';
import type { RecordStart } from '../api/news.ts';
import { MAX_EVENTS, type LifeHistory } from './life-history.ts';
import type { MachinePreview } from './machine-builder.ts';
import type { MachineLife } from './machine-life.ts';

/** What a batch says of the record. */
export interface Told {
  readonly begins: RecordStart | null;
  readonly record: readonly RecordBatch[];
  readonly dropped: EventCounts;
}

/** Events of the first batch that goes on with a record: the page's code for them is not compiled yet. */
const FIRST_EVENTS = BATCH_EVENTS / 4;
/** Of the events that were told, the next batch may have so many. */
const GROWTH = 1 / 8;

const NOTHING: Told = { begins: null, record: [], dropped: {} };

/** What is used of the machine's life. */
export interface ToldLife extends Pick<MachineLife, 'history' | 'status'> {
  readonly machine: { readonly iommu: { readonly sequence: number } | undefined } | undefined;
  readonly previewed: Pick<Emitter<MachinePreview>, 'on'>;
  readonly poweredOn: Pick<Emitter<{ readonly byGuest: boolean }>, 'on'>;
  readonly witnessed: Pick<Emitter<{ readonly isTold: boolean }>, 'on'>;
}

/** What the page's next record is to begin with. */
type Beginning = 'latest' | 'power-on';

export class RecordTeller {
  readonly #life: ToldLife;
  #tail: RecordTail | undefined;
  /** The page is to begin another record; null while it goes on with the one it has. */
  #beginning: Beginning | null = null;
  /** That of a machine that is being restored. */
  #preview: Told | undefined;
  /** Events in batches that went on with a record. */
  #told = 0;

  constructor(life: ToldLife) {
    this.#life = life;
    life.previewed.on((preview) => this.#tellOf(preview));
    life.poweredOn.on(() => {
      this.#beginning = 'power-on';
    });
    life.witnessed.on(({ isTold }) => {
      const { history } = life;
      this.#beginning = isTold ? null : 'latest';
      if (isTold && history !== undefined) this.#follow(RecordTail.behind(history.events));
    });
  }

  /** Events that the page is behind by. */
  get behind(): number {
    const { machine } = this.#life;
    if (this.#tail === undefined || this.#beginning !== null) return 0;
    return Math.max(0, (machine?.iommu?.sequence ?? 0) - this.#tail.sequence);
  }

  /** Events of the next batch at most: more and more. */
  get room(): number {
    return Math.min(BATCH_EVENTS, Math.max(FIRST_EVENTS, Math.floor(this.#told * GROWTH)));
  }

  /** Whether there is more to tell of than was taken. */
  get hasNews(): boolean {
    return this.#preview !== undefined || this.#beginning !== null || this.behind > 0;
  }

  /** What the page has not had yet, as much as it can take at a time. */
  take(): Told {
    if (this.#preview !== undefined) {
      const preview = this.#preview;
      this.#preview = undefined;
      return preview;
    }
    const { machine, history, status } = this.#life;
    // While the next life is on its way there is nothing to tell of it.
    if (machine === undefined || history === undefined || status === 'loading') return NOTHING;
    // What was recorded last is gathered by asking for the record.
    const { events, lastSequence } = history;
    const isAnew = this.#beginning !== null || this.#tail?.record !== events;
    const begins = isAnew ? this.#begin(history) : null;
    const dropped = this.#tail?.takeLost() ?? {};
    const hasLost = Object.keys(dropped).length > 0;
    // What a record begins with comes whole: the page shows nothing in between
    const atMost = begins === null ? this.room : MAX_EVENTS;
    // A page that misses events can not know any more what is mapped.
    const start = hasLost ? this.#startBehind(history, this.#tail?.sequence ?? 0) : begins;
    const record = this.#tail?.next({ until: lastSequence, atMost }) ?? [];
    if (begins === null) this.#told += record.reduce((sum, { count }) => sum + count, 0);
    return { begins: start, record, dropped };
  }

  #tellOf({ story, head }: MachinePreview): void {
    const record = new IommuRecord(head);
    for (const batch of story.record) record.append(batch);
    const tail = new RecordTail(record, Math.max(0, record.firstSequence - 1));
    const begins = { head, keyframe: story.keyframe ?? null };
    this.#preview = { begins, record: tail.next(), dropped: {} };
    tail.dispose();
  }

  #begin(history: LifeHistory): RecordStart {
    const from = this.#beginning === 'power-on' ? sincePowerOn(history) : history.latest;
    this.#beginning = null;
    this.#follow(new RecordTail(history.events, from.after));
    return { head: history.events.head, keyframe: from.keyframe };
  }

  #startBehind({ events, past }: LifeHistory, sequence: number): RecordStart {
    return { head: events.head, keyframe: stateBefore(past, sequence + 1) };
  }

  #follow(tail: RecordTail): void {
    this.#tail?.dispose();
    this.#tail = tail;
  }
}

const POWER_CYCLED = KIND_CODES.get('power-cycled');

/** From the latest power cycle on, which says how the device is then; a machine's first power on comes before all events. */
function sincePowerOn({ events, lastSequence }: LifeHistory): Cut {
  for (let sequence = lastSequence; sequence >= events.firstSequence; sequence -= 1) {
    const place = events.find(sequence);
    if (place?.chunk.columns.kind[place.at] === POWER_CYCLED) {
      return { after: sequence - 1, keyframe: null };
    }
  }
  return { after: Math.max(0, events.firstSequence - 1), keyframe: null };
}
