// One boot of the `boot` benchmark: what is booted, and what it took.

/**
 * Without an IOMMU; behind one that nobody listens to, which is told late of what is unmapped (`iommu.strict=0`), or at
 * once; behind the latter with its every event kept.
 */
export const BOOT_MODES = ['off', 'lazy', 'strict', 'recorded'] as const;
export type BootMode = (typeof BOOT_MODES)[number];

export interface BootRun {
  /** The host's, from power on to the prompt. */
  readonly seconds: number;
  /** CPU time of the whole process meanwhile, its compiler threads included. */
  readonly cpuSeconds: number;
  /** What the guest executed meanwhile. */
  readonly instructions: number;
  /** Events kept: 0 unless recorded. */
  readonly events: number;
}

/** Reads what a run printed. Throws `Error` when it is something else, or when what should be recorded was not. */
export function readBootRun(mode: BootMode, text: string): BootRun {
  const run: unknown = JSON.parse(text);
  const number = (key: keyof BootRun): number => {
    const value: unknown = Reflect.get(Object(run), key);
    if (typeof value !== 'number') throw new Error(`the run has no ${key}: ${text}`);
    return value;
  };
  const events = number('events');
  if (events > 0 !== (mode === 'recorded')) throw new Error(`${events} events were kept ${mode}`);
  return {
    seconds: number('seconds'),
    cpuSeconds: number('cpuSeconds'),
    instructions: number('instructions'),
    events,
  };
}
