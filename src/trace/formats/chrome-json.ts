// A record as Chrome JSON, which Perfetto and other viewers of traces open: requests, faults, lifetimes of mappings, and
// counters on one axis of time. It is for looking at; it does not hold all that a record does.

import type { IommuRecord } from '../record/iommu-record.ts';
import type { CountersMark, Mark } from '../record/marks.ts';
import type { History } from '../replay/history.ts';
import { ChromeFlows } from './chrome-flows.ts';
import { ChromeMappings } from './chrome-mappings.ts';
import { ENDPOINTS_PID, processNames, Tracks, type ChromeEvent } from './chrome-tracks.ts';
import { ChromePlaces, eventArgs, eventName, markName } from './chrome-words.ts';
import { Pieces } from './pieces.ts';

export interface ChromeOptions {
  /** Lifetimes that are shown at the same time: each takes a line of the viewer. */
  readonly maxLanes?: number;
  /** Faults and refused requests that are explained. */
  readonly maxExplained?: number;
  /** Is told, at the end, what whoever looks at the file has to know; the file says it, too. */
  readonly note?: (sentence: string) => void;
}

const MAX_LANES = 512;
const MAX_EXPLAINED = 4096;

/** Time is counted in steps of 10 ns here, as in a record; Chrome JSON has microseconds. */
const TICKS_PER_MS = 100_000;
const TICKS_PER_US = 100;
/** Far beyond any run, and small enough that a step more is another number. */
const MAX_MS = 1e9;
/** How long a request is drawn at most, in ticks: wide enough to click at. */
const SLICE = TICKS_PER_US;

/** What there is at one place of the time axis: an event, or a mark. */
interface Step {
  readonly tick: number;
  readonly what: number | Mark;
}

/** The whole file, in pieces of text. */
export function* chromePieces(history: History, options: ChromeOptions = {}): Generator<string> {
  const trace = new ChromeTrace(history, options);
  const pieces = new Pieces();
  let before = '{"traceEvents":[\n';
  for (const event of trace.events()) {
    yield* pieces.add(before + JSON.stringify(event));
    before = ',\n';
  }
  const { head, firstSequence, lastSequence } = history.record;
  const metadata = { source: head.source, firstSequence, lastSequence, notes: trace.notes };
  yield* pieces.add(`\n],"displayTimeUnit":"ns","metadata":${JSON.stringify(metadata)}}\n`);
  yield* pieces.end();
  for (const sentence of trace.notes) options.note?.(sentence);
}

class ChromeTrace {
  readonly #record: IommuRecord;
  readonly #history: History;
  readonly #tracks = new Tracks();
  readonly #places: ChromePlaces;
  readonly #mappings: ChromeMappings;
  readonly #flows: ChromeFlows;
  readonly #maxLanes: number;
  readonly #maxExplained: number;

  constructor(
    history: History,
    { maxLanes = MAX_LANES, maxExplained = MAX_EXPLAINED }: ChromeOptions,
  ) {
    this.#record = history.record;
    this.#history = history;
    this.#places = new ChromePlaces(this.#tracks, history.record.head);
    this.#mappings = new ChromeMappings(history, maxLanes);
    this.#flows = new ChromeFlows(history, maxExplained);
    this.#maxLanes = maxLanes;
    this.#maxExplained = maxExplained;
  }

  /** What whoever looks at it has to know; complete after the events. */
  get notes(): readonly string[] {
    const { missing } = this.#history;
    const { leftOut } = this.#mappings;
    return [
      'How long a request took is not in the record: each is drawn 1 µs long, or as long as there is room for.',
      ...when(
        !this.#record.head.facts.times,
        'The record has no times: events are drawn 1 µs apart, in their order.',
      ),
      ...when(missing !== null, `What was before event #${missing?.before ?? 0} is not known.`),
      ...when(
        leftOut > 0,
        `${leftOut} lifetimes of mappings are left out: no more than ${this.#maxLanes} are drawn at the same time. The counters have all.`,
      ),
      ...when(
        this.#flows.isCut,
        `Only the first ${this.#maxExplained} faults and refused requests are explained.`,
      ),
    ];
  }

  *events(): Generator<ChromeEvent> {
    yield* processNames();
    let step: Step | undefined;
    let previous = this.#record.firstSequence - 1;
    for (const next of this.#steps()) {
      if (step === undefined) yield* this.#mappings.before(previous + 1, next.tick / TICKS_PER_US);
      else yield* this.#at(step, next.tick, previous);
      if (typeof step?.what === 'number') previous = step.what;
      step = next;
    }
    if (step === undefined) return;
    yield* this.#at(step, step.tick + SLICE, previous);
    yield* this.#mappings.after((step.tick + SLICE) / TICKS_PER_US);
  }

  /** Events and marks in their order, each later than the one before: viewers order by time. */
  *#steps(): Generator<Step> {
    const record = this.#record;
    let tick = -1;
    const step = (what: number | Mark, timeMs: number): Step => {
      const time = Math.round(Math.min(Math.max(timeMs, 0), MAX_MS) * TICKS_PER_MS);
      tick = Math.max(time, tick + 1);
      return { tick, what };
    };
    const { marks, head } = record;
    let mark = 0;
    for (const { firstSequence, endSequence } of record.chunks) {
      for (let sequence = firstSequence; sequence < endSequence; sequence += 1) {
        for (; (marks[mark]?.sequence ?? Infinity) < sequence; mark += 1) {
          yield* marksOf(marks[mark], step);
        }
        const timeMs = head.facts.times ? (record.event(sequence)?.timeMs ?? 0) : sequence / 1000;
        yield step(sequence, timeMs);
      }
    }
    for (const each of marks.slice(mark)) yield* marksOf(each, step);
  }

  *#at({ tick, what }: Step, nextTick: number, previous: number): Generator<ChromeEvent> {
    const ts = tick / TICKS_PER_US;
    if (typeof what !== 'number') {
      if (what.kind === 'counters') {
        yield* this.#counters(what, ts);
        return;
      }
      const track = this.#places.ofMark(what);
      yield* this.#tracks.takeNames();
      yield { ph: 'i', s: 't', cat: 'mark', name: markName(what), ...track, ts };
      return;
    }
    const event = this.#record.event(what)?.event;
    if (event === undefined) return;
    const track = this.#places.of(event);
    yield* this.#tracks.takeNames();
    const dur = Math.min(nextTick - tick, SLICE) / TICKS_PER_US;
    const place = { name: eventName(event), ...track, ts };
    const cat = event.kind === 'faulted' ? 'fault' : 'request';
    yield { ph: 'X', cat, ...place, dur, args: { ...eventArgs(event), ...this.#told(what) } };
    if (event.kind === 'faulted') yield { ph: 'i', s: 'p', cat, ...place };
    yield* this.#flows.at(what, track, ts);
    yield* this.#mappings.at(what, previous, ts);
  }

  *#counters({ endpoints }: CountersMark, ts: number): Generator<ChromeEvent> {
    for (const { id, translatedBytes, bypassedBytes, blockedBytes } of endpoints) {
      const name = `${this.#places.nameOf(id)}: bytes`;
      const args = {
        translated: translatedBytes,
        bypassed: bypassedBytes,
        blocked: blockedBytes,
      };
      yield { ph: 'C', name, pid: ENDPOINTS_PID, ts, args };
    }
  }

  /** What is known of an event beside itself. */
  #told(sequence: number): Readonly<Record<string, unknown>> {
    const { task } = this.#record.who(sequence);
    const why = this.#flows.explanation(sequence);
    return {
      ...(task === null ? {} : { task: `${task.comm} (${task.pid})` }),
      ...(why === undefined ? {} : { cause: why.cause, why: why.sentence }),
    };
  }
}

function* marksOf(
  mark: Mark | undefined,
  step: (what: Mark, timeMs: number) => Step,
): Generator<Step> {
  if (mark !== undefined && markName(mark) !== undefined) yield step(mark, mark.timeMs);
}

function when(isSo: boolean, sentence: string): readonly string[] {
  return isSo ? [sentence] : [];
}
