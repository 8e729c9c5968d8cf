// An explanation in words, for the page.

import { framesOf } from '../../kernel/stack-frames.ts';
import type { Symbols } from '../../kernel/symbol-table.ts';
import { frameWords, taskWords } from '../../kernel/who-words.ts';
import { explain } from '../../trace/explain/explain.ts';
import type { Culprit } from '../../trace/explain/explanation.ts';
import type { Stack } from '../../trace/record/who.ts';
import type { History } from '../../trace/replay/history.ts';
import type { EventStory, StackFunctions, StoryCaller } from '../api/why.ts';

/**
 * Why an event was refused; null for one that was not, and for one that is not in the record. What came behind the event has no part
 * in it, so that the answer is the same whenever it is asked for. `findSymbols` is asked when there is somebody to name.
 */
export function eventStory(
  history: History,
  sequence: number,
  findSymbols: () => Symbols | undefined,
): EventStory | null {
  const explanation = explain(history, sequence, sequence);
  if (explanation === undefined) return null;
  const { cause, sentence, evidence, clause, who } = explanation;
  const symbols = who.length > 0 ? findSymbols() : undefined;
  const callers = who.flatMap((culprit) => callerOf(culprit, symbols));
  return { sequence, cause, sentence, evidence, clause, callers };
}

/** All functions on a stack; addresses where there are no symbols. */
export function stackFunctions(stack: Stack | null, symbols: Symbols | undefined): StackFunctions {
  const frames = stack === null ? [] : framesOf(stack, symbols);
  const functions = frames.map((frame) => frame.name ?? frameWords(frame));
  return { functions, areNamed: symbols !== undefined };
}

/** The function that each return address leads back into; null without symbols. */
export function functionNames(
  addresses: readonly number[],
  symbols: Symbols | undefined,
): readonly (string | null)[] | null {
  if (symbols === undefined) return null;
  // A return address may be the first of the next function
  return addresses.map((address) => symbols.at(address - 1)?.name ?? null);
}

function callerOf(
  { sequence, task, stack }: Culprit,
  symbols: Symbols | undefined,
): readonly StoryCaller[] {
  if (task === null && stack === null) return [];
  return [
    {
      sequence,
      task: task === null ? null : taskWords(task, task.isInterrupted),
      ...stackFunctions(stack, symbols),
    },
  ];
}
