// The filter in force: reads what a person writes, and lists what it lets through. A filter that is wrong changes nothing: the last
// one that was right stays in force.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { CompiledOrNot, compileFilter } from '../../src/trace/filter/compile-filter.ts';
import type { SeenWords } from '../../src/trace/filter/complete-filter.ts';
import type { Expression, Filter } from '../../src/trace/filter/filter-ast.ts';
import type { FilterProblem } from '../../src/trace/filter/filter-problem.ts';
import type { parseFilter } from '../../src/trace/filter/parse-filter.ts';
import type { RecordWords } from '../../src/trace/filter/record-words.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { kindsIn, withKinds } from '../events/kind-terms.ts';
import type { EventRows, Listing } from './event-rows.ts';
import type { FilterChoice } from './filter-choice.ts';
import type { FunctionNames } from './function-names.ts';

/** What is used of it. */
export interface Engine {
  readonly compileFilter: typeof compileFilter;
  readonly parseFilter: typeof parseFilter;
  readonly RecordWords: typeof RecordWords;
  readonly kindsIn: typeof kindsIn;
  readonly withKinds: typeof withKinds;
}

export type FilterState =
  | { readonly kind: 'none' }
  /** It is being read, or looked for. */
  | { readonly kind: 'busy' }
  /** Names of functions that it asks for are on their way. */
  | { readonly kind: 'naming' }
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid';
      readonly problem: FilterProblem;
      /** The filter that stays in force; empty for none. */
      readonly inForce: string;
    };

const NOTHING_SEEN: SeenWords = { endpoints: [], tasks: [], symbols: [], domains: [] };
const EVERYTHING: Listing = { select: null, passes: () => true };

/** The attachments that an event found. */
function attachmentsBefore(
  history: History,
  sequence: number,
): Iterable<readonly [number, number]> {
  const moment = history.at(sequence - 1);
  if (!moment.isKnown) return [];
  return moment.endpoints.flatMap(({ id, domain }) => (domain === null ? [] : [[id, domain]]));
}

export interface EventFilterPorts {
  readonly filter: FilterChoice;
  readonly rows: EventRows;
  readonly history: () => History | undefined;
  /** Fetches what reads filters. */
  readonly load: () => Promise<Engine>;
  readonly functions: Pick<FunctionNames, 'follow' | 'hasSymbols' | 'nameOf' | 'version'>;
  /** Another value for each frame with something new. */
  readonly frame: ReadonlySignal<number>;
}

/** Whether a filter asks for a function on the stack. */
function asksForFunctions(term: Expression): boolean {
  if (term.type === 'all' || term.type === 'any') return term.terms.some(asksForFunctions);
  return term.type === 'not' ? asksForFunctions(term.term) : term.type === 'by';
}

export class EventFilter {
  readonly #ports: EventFilterPorts;
  readonly #read = signal<FilterState>({ kind: 'none' });
  readonly #filter = signal<Filter>(null);
  readonly #kinds = signal<ReadonlySet<string> | null>(null);
  readonly state: ReadonlySignal<FilterState>;
  #engine: Engine | undefined;
  #loading: Promise<Engine> | undefined;
  #inForce = '';
  /** Whether the filter that was written last asks for functions. */
  #isBy = false;

  constructor(ports: EventFilterPorts) {
    this.#ports = ports;
    const { rows, filter } = ports;
    this.state = computed(() => {
      const read = this.#read.value;
      return read.kind === 'valid' && rows.isBusy.value ? { kind: 'busy' } : read;
    });
    filter.text.subscribe((text) => this.#take(text));
    ports.functions.version.subscribe(() => this.#takeNames());
    ports.frame.subscribe(() => this.#followNames());
  }

  /** Whether some events are let through and others are not. */
  get isInForce(): boolean {
    return this.#inForce !== '';
  }

  /** Kinds that the filter in force is restricted to; null where it is not, or in another way. */
  get kinds(): ReadonlySignal<ReadonlySet<string> | null> {
    return this.#kinds;
  }

  /** Writes into the filter that these kinds are let through, too, or are not any more. */
  async toggleKinds(kinds: readonly string[]): Promise<void> {
    const engine = await this.#load();
    if (engine === undefined) return;
    const chosen = new Set(this.#kinds.peek());
    const isOn = kinds.every((kind) => chosen.has(kind));
    for (const kind of kinds) {
      if (isOn) chosen.delete(kind);
      else chosen.add(kind);
    }
    this.#ports.filter.set(engine.withKinds(this.#filter.peek(), [...chosen]), 'push');
  }

  /** Fetches what reads filters before the first is written. */
  prepare(): void {
    // The filter itself says it when it can not be fetched
    this.#fetched().catch(() => undefined);
  }

  /** What is wrong with a text as a filter; null where nothing is, and where nobody can tell. */
  async check(text: string): Promise<FilterProblem | null> {
    try {
      const parsed = (await this.#fetched()).parseFilter(text);
      return parsed.isValid ? null : parsed.problem;
    } catch {
      return null;
    }
  }

  /** Values that the record has seen, for completing a filter; none before what reads filters is there. */
  get seen(): SeenWords {
    const record = this.#ports.history()?.record;
    if (this.#engine === undefined || record === undefined) return NOTHING_SEEN;
    return new this.#engine.RecordWords(record);
  }

  async #fetched(): Promise<Engine> {
    try {
      this.#loading ??= this.#ports.load();
      this.#engine = await this.#loading;
      return this.#engine;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  /** Undefined where it can not be fetched, which is said. */
  async #load(): Promise<Engine | undefined> {
    try {
      return await this.#fetched();
    } catch {
      const message = 'What reads filters could not be loaded.';
      const problem = { from: 0, to: 0, message, expected: [] };
      this.#read.value = { kind: 'invalid', problem, inForce: this.#inForce };
      return undefined;
    }
  }

  async #takeLater(): Promise<void> {
    if ((await this.#load()) !== undefined) this.#take(this.#ports.filter.text.peek());
  }

  #take(text: string): void {
    if (text.trim() === '') {
      this.#isBy = false;
      this.#put('', null);
      this.#read.value = { kind: 'none' };
      return;
    }
    const engine = this.#engine;
    if (engine === undefined) {
      this.#read.value = { kind: 'busy' };
      void this.#takeLater();
      return;
    }
    const history = this.#ports.history();
    const parsed = engine.parseFilter(text);
    this.#isBy = parsed.isValid && parsed.filter !== null && asksForFunctions(parsed.filter);
    if (!this.#areNamesKnown(history)) {
      this.#read.value = { kind: 'naming' };
      return;
    }
    const compiled = history === undefined ? parsed : this.#compiled(engine, text, history);
    const wrong = parsed.isValid ? compiled : parsed;
    if (!wrong.isValid) {
      this.#read.value = { kind: 'invalid', problem: wrong.problem, inForce: this.#inForce };
      return;
    }
    this.#read.value = { kind: 'valid' };
    this.#put(text, parsed.isValid ? parsed.filter : null);
  }

  #put(text: string, filter: Filter): void {
    this.#filter.value = filter;
    this.#kinds.value = this.#engine?.kindsIn(filter) ?? null;
    if (text !== this.#inForce) this.#list(text);
  }

  #list(text: string): void {
    this.#inForce = text;
    this.#ports.rows.choose((history) => this.#listing(text, history));
  }

  #areNamesKnown(history: History | undefined): boolean {
    return !this.#isBy || (history !== undefined && this.#ports.functions.follow(history.record));
  }

  /** The guest goes on, and other functions ask. */
  #followNames(): void {
    if (!this.#isBy || this.#areNamesKnown(this.#ports.history())) return;
    if (this.#read.peek().kind === 'valid') this.#read.value = { kind: 'naming' };
  }

  /** A stack is judged once: when more names are known, all are judged anew. */
  #takeNames(): void {
    if (!this.#isBy) return;
    const text = this.#ports.filter.text.peek();
    if (text === this.#inForce) this.#list(text);
    this.#take(text);
  }

  /** A filter that makes no sense for another record lets everything of that through, and says so. */
  #listing(text: string, history: History): Listing {
    const engine = this.#engine;
    if (text === '' || engine === undefined) return EVERYTHING;
    const compiled = this.#compiled(engine, text, history);
    if (!compiled.isValid) {
      queueMicrotask(() => {
        this.#read.value = { kind: 'invalid', problem: compiled.problem, inForce: '' };
      });
      return EVERYTHING;
    }
    const { filter } = compiled;
    return {
      select: (from, to) => filter.select(from, to),
      passes: (mark) => filter.matchesMark(mark),
    };
  }

  #compiled(engine: Engine, text: string, history: History): CompiledOrNot {
    const { functions } = this.#ports;
    return engine.compileFilter(text, history.record, {
      symbolize: functions.hasSymbols ? (address) => functions.nameOf(address) : undefined,
      attachmentsAt: (sequence) => attachmentsBefore(history, sequence),
    });
  }
}
