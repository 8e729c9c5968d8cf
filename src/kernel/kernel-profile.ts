// The few addresses of a build of Linux that its current task is found by.

import type { SymbolTable } from './symbol-table.ts';

/** Linear addresses, unsigned. */
export interface KernelProfile {
  /** Where the kernel keeps the address of the task that runs (`current`). */
  readonly currentTask: number;
  /** Where it counts the interrupts that it is in (`preempt_count`); null when no symbol tells. */
  readonly preemptCount: number | null;
  /** The first task of all, by which the others are understood. */
  readonly initTask: number;
  /** Whether the kernel is for several processors: the first two are then of the processor that FS names. */
  readonly isPerCpu: boolean;
}

/** Data symbols that a profile is made of. */
export const TASK_SYMBOLS: readonly string[] = [
  'init_task',
  'pcpu_hot',
  'current_task',
  '__preempt_count',
  '__per_cpu_offset',
];

/** `struct pcpu_hot` (Linux 6.2 to 6.14): the current task, then the count. */
const HOT_COUNT_OFFSET = 4;

/** What the symbols tell; undefined when they lack what a task is found by, as kallsyms without data does. */
export function profileOf(symbols: SymbolTable): KernelProfile | undefined {
  const initTask = symbols.addressOf('init_task');
  const hot = symbols.addressOf('pcpu_hot');
  const currentTask = hot ?? symbols.addressOf('current_task');
  if (initTask === undefined || currentTask === undefined) return undefined;
  const count = symbols.addressOf('__preempt_count');
  return {
    currentTask,
    preemptCount: hot === undefined ? (count ?? null) : hot + HOT_COUNT_OFFSET,
    initTask,
    isPerCpu: symbols.addressOf('__per_cpu_offset') !== undefined,
  };
}
