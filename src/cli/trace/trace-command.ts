// `viommu trace`: reads a trace, and answers questions about it.

import { InputError } from '../../machine/images/guest-images.ts';
import { explain, explainAll } from '../../trace/explain/explain.ts';
import type { Explanation } from '../../trace/explain/explanation.ts';
import { TraceError, type TraceReader } from '../../trace/formats/trace-reader.ts';
import type { CompiledFilter } from '../../trace/filter/compile-filter.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import { writtenMs } from '../../trace/trace-lines.ts';
import { History } from '../../trace/replay/history.ts';
import type { Lifetime } from '../../trace/replay/lifetime.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { EXIT_DONE } from '../exit-status.ts';
import { OutputFile } from '../output-file.ts';
import type { TraceArguments, TraceFormat } from './trace-arguments.ts';
import { filterFor } from './trace-filter.ts';
import { callerJson, callerWords } from './caller-words.ts';
import { countCallers } from './caller-counts.ts';
import { TraceFile } from './trace-file.ts';
import { traceSymbols } from './trace-symbols.ts';
import type { Symbols } from '../../kernel/symbol-table.ts';
import { bytesIn } from './trace-output.ts';
import { TraceListing } from './trace-listing.ts';
import { lifetimeLine, momentLines } from './trace-words.ts';

const NO_SYMBOLS =
  'viommu: The kernel of this trace has no symbols here, so functions are shown as addresses. Give its System.map with --symbols.\n';
const NO_WHO =
  'viommu: This trace does not tell who asked: only what viommu itself has recorded does.\n';
const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Resolves with the exit status. Rejects with `InputError` for a file that is no trace. */
export async function traceCommand(args: TraceArguments, output: CliOutput): Promise<number> {
  try {
    await new TraceRun(args, output).go();
    return EXIT_DONE;
  } catch (error) {
    throw error instanceof TraceError ? new InputError(error.message, { cause: error }) : error;
  }
}

class TraceRun {
  readonly #args: TraceArguments;
  readonly #output: CliOutput;
  #symbols: Symbols | undefined;

  constructor(args: TraceArguments, output: CliOutput) {
    this.#args = args;
    this.#output = output;
  }

  async go(): Promise<void> {
    const file = await TraceFile.open(this.#args.file);
    try {
      await this.#answer(file);
    } finally {
      await file.close();
    }
  }

  async #answer(file: TraceFile): Promise<void> {
    const { question, isFollowing } = this.#args;
    const reader = await file.read(isFollowing);
    const record = recordOf(reader);
    for (const remark of reader.remarks) this.#output.err(`viommu: ${remark}\n`);
    const history = new History(record, { keyframe: reader.keyframe });
    const { filter: text = '' } = this.#args;
    this.#symbols = await traceSymbols(record, this.#args.symbols);
    const filter = filterFor(text, record, history, this.#symbols);
    switch (question.kind) {
      case 'list':
        return this.#list(record, filter, isFollowing ? { file, reader } : undefined);
      case 'at':
        return this.#at(history, question.sequence);
      case 'explain':
        return this.#explain(history, question.sequence, filter);
      case 'lifetimes':
        return this.#lifetimes(history);
      case 'stats':
        return this.#stats(history, record);
      case 'who':
        return this.#who(record);
      case 'format':
        return this.#format(reader, history, question.format, file);
    }
  }

  async #list(
    record: IommuRecord,
    filter: CompiledFilter,
    growing: { readonly file: TraceFile; readonly reader: TraceReader } | undefined,
  ): Promise<void> {
    const { isJson, hasMarks } = this.#args;
    const listing = new TraceListing(record, filter, { isJson, hasMarks, symbols: this.#symbols });
    const list = (): void => {
      for (const line of listing.next()) this.#output.out(line);
    };
    list();
    await growing?.file.follow(growing.reader, list);
  }

  #at(history: History, sequence: number): void {
    const moment = history.at(sequence);
    if (!moment.isKnown) {
      throw new InputError(
        moment.because === 'not-yet'
          ? `The trace ends with event ${moment.before - 1}: there is no event ${sequence}.`
          : `What was after event ${sequence} is not known: events before #${moment.before} are missing.`,
      );
    }
    const { times } = history.record.head.facts;
    if (!this.#args.isJson) {
      this.#output.out(`${momentLines(moment, times).join('\n')}\n`);
      return;
    }
    const { isBypass, features, endpoints, domains, missing } = moment;
    const counters = moment.counters && {
      ...moment.counters,
      timeMs: writtenMs(moment.counters.timeMs, times),
    };
    const mappings = domains.flatMap(({ id }) => moment.mappings(id, 0n, Infinity));
    this.#json({ sequence, isBypass, features, missing, endpoints, domains, mappings, counters });
  }

  #explain(history: History, sequence: number | 'all', filter: CompiledFilter): void {
    if (sequence !== 'all') return this.#explainOne(history, sequence);
    let count = 0;
    for (const explanation of explainAll(history)) {
      if (!filter.passes(explanation.sequence)) continue;
      count += 1;
      this.#tellWhy(explanation);
    }
    if (count > 0 || this.#args.isJson) return;
    this.#output.out('Nothing was refused, and no access was stopped.\n');
  }

  #explainOne(history: History, sequence: number): void {
    const explanation = explain(history, sequence);
    if (explanation !== undefined) return this.#tellWhy(explanation);
    const { firstSequence, lastSequence } = history.record;
    const isThere = history.record.find(sequence) !== undefined;
    throw new InputError(
      isThere
        ? `Event ${sequence} is neither a fault nor a refused request: there is nothing to explain. --explain all has all that are.`
        : `There is no event ${sequence} in this trace, which has those from ${firstSequence} to ${lastSequence}.`,
    );
  }

  #tellWhy(explanation: Explanation): void {
    if (this.#args.isJson) this.#json(this.#explanationJson(explanation));
    else this.#output.out(this.#explanationText(explanation));
  }

  #lifetimes(history: History): void {
    const all: Lifetime[] = [...history.lifetimesOfIova(null, { start: 0n, end: U64_MAX })];
    for (const lifetime of all.reverse()) {
      if (this.#args.isJson) this.#json(lifetime);
      else this.#output.out(`${lifetimeLine(lifetime)}\n`);
    }
  }

  #stats(history: History, record: IommuRecord): void {
    const { firstSequence, lastSequence, count } = record;
    const stretch = history.stretch(firstSequence, lastSequence);
    if (stretch === undefined) throw new InputError('The trace holds no event.');
    const { totals, live } = stretch;
    if (this.#args.isJson) {
      this.#json({ events: count, firstSequence, lastSequence, ...totals, live });
      return;
    }
    const words = Object.entries(totals).map(([name, value]) => `  ${name}: ${value}`);
    this.#output.out(
      `${count} events, #${firstSequence} to #${lastSequence}\n${words.join('\n')}\n  mappings at once: ${live.least} to ${live.most}\n`,
    );
  }

  #explanationText({ sequence, cause, sentence, evidence, clause, who }: Explanation): string {
    const events = evidence.map((each) => `#${each}`).join(', ');
    const based = events === '' ? '' : `Evidence: ${events}. `;
    const callers = who.flatMap((culprit) => {
      const words = callerWords(culprit, this.#symbols);
      return words === undefined ? [] : [`  #${culprit.sequence} by ${words}\n`];
    });
    return `#${sequence} ${cause}\n  ${sentence}\n  ${based}Clause: ${clause}.\n${callers.join('')}`;
  }

  #explanationJson({ who, ...explanation }: Explanation): object {
    const callers = who.map((culprit) => ({
      sequence: culprit.sequence,
      ...callerJson(culprit, this.#symbols),
    }));
    return { ...explanation, who: callers };
  }

  #who(record: IommuRecord): void {
    const counts = countCallers(record);
    for (const { who, kinds } of counts) {
      if (this.#args.isJson) {
        this.#json({ ...callerJson(who, this.#symbols), events: Object.fromEntries(kinds) });
        continue;
      }
      const words = callerWords(who, this.#symbols) ?? 'not known';
      const events = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
      this.#output.out(`${events}\n  by ${words}\n`);
    }
    if (counts.length === 0) this.#output.err('viommu: The trace holds no event.\n');
    else if (!record.head.facts.who) this.#output.err(NO_WHO);
    else if (this.#symbols === undefined) this.#output.err(NO_SYMBOLS);
  }

  async #format(
    { keyframe }: TraceReader,
    history: History,
    format: TraceFormat,
    trace: TraceFile,
  ): Promise<void> {
    const { output } = this.#args;
    if (output !== undefined && (await trace.isAt(output))) {
      throw new InputError(
        `${output} is the trace itself, which would be lost. Give --output another name.`,
      );
    }
    const file = output === undefined ? undefined : new OutputFile(output, 'trace');
    const note = (sentence: string): void => this.#output.err(`viommu: ${sentence}\n`);
    const write = (bytes: Uint8Array): void => {
      if (file === undefined) this.#output.out(bytes);
      else file.write(bytes);
    };
    try {
      for await (const bytes of bytesIn(format, { keyframe, history, note })) write(bytes);
    } finally {
      file?.close();
    }
  }

  #json(value: object): void {
    this.#output.out(
      `${JSON.stringify(value, (_key, each: unknown) => {
        if (typeof each === 'bigint') return `0x${each.toString(16)}`;
        return each instanceof Uint32Array ? [...each] : each;
      })}\n`,
    );
  }
}

function recordOf({ record }: TraceReader): IommuRecord {
  if (record === undefined) throw new InputError('The trace holds nothing.');
  return record;
}
