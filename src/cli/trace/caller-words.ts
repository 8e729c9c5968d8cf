// Who asked for something, in words: the guest's task, and the functions of its kernel.

import { framesOf } from '../../kernel/stack-frames.ts';
import type { Symbols } from '../../kernel/symbol-table.ts';
import { frameWords, taskWords } from '../../kernel/who-words.ts';
import type { Who } from '../../trace/record/who.ts';

/** Functions of a line; --json has all of them. */
const SHOWN_FRAMES = 12;

/** "dd (pid 83): viommu_map < iommu_dma_map_sg < …"; undefined where nothing is known. */
export function callerWords(
  { task, stack }: Who,
  symbols: Symbols | undefined,
): string | undefined {
  if (task === null && stack === null) return undefined;
  const frames = stack === null ? [] : framesOf(stack, symbols);
  const names = frames
    .slice(0, SHOWN_FRAMES)
    .map((frame) => frame.name ?? frameWords(frame))
    .join(' < ');
  const inner = stack === null || stack.isInnermostCertain ? '' : '… < ';
  const more = frames.length > SHOWN_FRAMES ? ' < …' : '';
  const what = names === '' ? '' : `: ${inner}${names}${more}`;
  return `${task === null ? 'a task that is not known' : taskWords(task, task.isInterrupted)}${what}`;
}

/** The same as plain data. */
export function callerJson({ task, stack }: Who, symbols: Symbols | undefined): object {
  const frames = stack === null ? null : framesOf(stack, symbols);
  return {
    task,
    isInnermostCertain: stack?.isInnermostCertain ?? null,
    frames:
      frames?.map(({ address, name = null, offset }) => ({
        address: `0x${address.toString(16)}`,
        name,
        offset: name === null ? null : offset,
      })) ?? null,
  };
}
