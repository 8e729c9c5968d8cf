// Answers why: explains events of the record, and names who was behind them.

import { framesOf } from '../../kernel/stack-frames.ts';
import { frameWords, taskWords } from '../../kernel/who-words.ts';
import type { SymbolTable } from '../../kernel/symbol-table.ts';
import { explain } from '../../trace/explain/explain.ts';
import type { Culprit } from '../../trace/explain/explanation.ts';
import type { EventStory, StoryCaller, WhyApi } from '../api/why.ts';
import { GuestSymbols } from './guest-symbols.ts';
import type { MachineLife } from './machine-life.ts';

export class WhyHost implements WhyApi {
  readonly #life: MachineLife;
  readonly #symbols = new GuestSymbols();

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async explain(sequence: number): Promise<EventStory | null> {
    const known = await this.#symbols.of(this.#life.machine?.plan.images.kernel ?? null);
    const past = this.#life.history?.past;
    const explanation = past === undefined ? undefined : explain(past, sequence);
    if (explanation === undefined) return null;
    const { sentence, evidence, clause, who } = explanation;
    // A kernel of somebody else's may carry its symbols in itself
    const symbols = known ?? (who.length > 0 ? this.#life.machine?.who.kallsyms() : undefined);
    const callers = who.flatMap((culprit) => callerOf(culprit, symbols));
    return { sequence, sentence, evidence, clause, callers };
  }
}

function callerOf(
  { sequence, task, stack }: Culprit,
  symbols: SymbolTable | undefined,
): readonly StoryCaller[] {
  if (task === null && stack === null) return [];
  const frames = stack === null ? [] : framesOf(stack, symbols);
  return [
    {
      sequence,
      task: task === null ? null : taskWords(task, task.isInterrupted),
      functions: frames.map((frame) => frame.name ?? frameWords(frame)),
      areNamed: symbols !== undefined,
    },
  ];
}
