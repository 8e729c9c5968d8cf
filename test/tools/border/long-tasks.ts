// Finds the tasks of a page's main thread that take longer than 50 ms, and says what each was: by the browser's own trace, which
// knows the thread's processor time, too, so that a busy computer is told from a busy page.

import type { Page } from '@playwright/test';

const LONG_MS = 50;
/** What makes up a task, and how it is called here. Anything else is counted for what it is part of. */
const WORDS: Readonly<Record<string, string>> = {
  EvaluateScript: 'evaluation of a script',
  'v8.evaluateModule': 'evaluation of a module',
  'v8.callFunction': 'script',
  'v8.compile': 'compilation',
  'v8.compileModule': 'compilation',
  FunctionCall: 'script',
  RunMicrotasks: 'script',
  BlinkScheduler_PerformMicrotaskCheckpoint: 'script',
  TimerFire: 'script',
  FireAnimationFrame: 'script',
  ParseHTML: 'HTML',
  ParseAuthorStyleSheet: 'style sheets',
  UpdateLayoutTree: 'style',
  RecalcStyle: 'style',
  Layout: 'layout',
  PrePaint: 'paint',
  Paint: 'paint',
  Layerize: 'paint',
  Commit: 'paint',
  MajorGC: 'garbage',
  MinorGC: 'garbage',
  'V8.GC_MC_BACKGROUND_MARKING': 'garbage',
};
const CATEGORIES = [
  'devtools.timeline',
  // Tasks with the microtasks that follow them
  'disabled-by-default-devtools.timeline',
  'toplevel',
  'v8',
  'disabled-by-default-v8.gc',
];

interface LongTask {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  readonly tookMs: number;
  /** Of the thread's processor time. */
  readonly busyMs: number;
  /** Milliseconds by what was done, the most first. */
  readonly parts: readonly (readonly [what: string, ms: number])[];
}

export interface Tasks {
  readonly long: readonly LongTask[];
  /** The most that any took of the thread's processor time. */
  readonly busiestMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const TASK = 'RunTask';

/** What a task was made of: each event counts without those that are inside it. */
function partsOf(events: readonly TraceEvent[], task: TraceEvent): LongTask['parts'] {
  const sums = new Map<string, number>();
  const add = (what: string, us: number): void => {
    sums.set(what, (sums.get(what) ?? 0) + us / 1000);
  };
  const open: { readonly end: number; readonly what: string }[] = [];
  for (const { name, ts, dur = 0 } of [task, ...events]) {
    while ((open.at(-1)?.end ?? Number.POSITIVE_INFINITY) <= ts) open.pop();
    const around = open.at(-1)?.what;
    const what = WORDS[name] ?? around ?? 'rest';
    if (around !== undefined) add(around, -dur);
    add(what, dur);
    open.push({ end: ts + dur, what });
  }
  return [...sums].filter(([, ms]) => ms >= 1).toSorted(([, one], [, other]) => other - one);
}

/** The tasks of the main threads that a trace tells of. */
function tasksOf(trace: readonly TraceEvent[]): Tasks {
  const threads = new Set(
    trace
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const complete = trace
    .filter(({ ph, pid, tid }) => ph === 'X' && threads.has(`${pid} ${tid}`))
    .toSorted((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0));
  const beganUs = Math.min(...complete.slice(0, 1).map(({ ts }) => ts));
  const long: LongTask[] = [];
  let busiestMs = 0;
  let endUs = 0;
  for (const [index, task] of complete.entries()) {
    const { ts, dur = 0, tdur = 0 } = task;
    if (task.name !== TASK || ts < endUs) continue;
    busiestMs = Math.max(busiestMs, tdur / 1000);
    if (dur < LONG_MS * 1000) continue;
    endUs = ts + dur;
    const inside: TraceEvent[] = [];
    for (let at = index + 1; at < complete.length; at += 1) {
      const event = complete[at];
      if (event === undefined || event.ts >= endUs) break;
      if (event.pid === task.pid && event.tid === task.tid) inside.push(event);
    }
    long.push({
      atMs: (ts - beganUs) / 1000,
      tookMs: dur / 1000,
      busyMs: tdur / 1000,
      parts: partsOf(inside, task),
    });
  }
  return { long, busiestMs };
}

/** How many there are, and a line for each. */
export function taskLines({ long, busiestMs }: Tasks): readonly string[] {
  const head = `${long.length} tasks of the page took more than ${LONG_MS} ms; the busiest had ${busiestMs.toFixed(0)} ms of the processor`;
  const lines = long.map(({ atMs, tookMs, busyMs, parts }) => {
    const words = parts.map(([what, ms]) => `${what} ${ms.toFixed(0)}`).join(', ');
    return `  at ${(atMs / 1000).toFixed(2)} s: ${tookMs.toFixed(0)} ms, ${busyMs.toFixed(0)} of the processor (${words})`;
  });
  return [head, ...lines];
}

/** Traces a page from now on; what it returns ends that and gives the tasks. */
export async function traceTasks(page: Page): Promise<() => Promise<Tasks>> {
  const session = await page.context().newCDPSession(page);
  const trace: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) if (isTraceEvent(event)) trace.push(event);
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  return async () => {
    const isComplete = new Promise<void>((resolve) => {
      session.once('Tracing.tracingComplete', () => resolve());
    });
    await session.send('Tracing.end');
    await isComplete;
    await session.detach();
    return tasksOf(trace);
  };
}

function isTraceEvent(value: unknown): value is TraceEvent {
  return typeof value === 'object' && value !== null && 'name' in value && 'ph' in value;
}
