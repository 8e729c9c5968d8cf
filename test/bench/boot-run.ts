// One boot of the `boot` benchmark: what is booted, and what it took.

/**
 * Without an IOMMU; behind one that nobody listens to, which is told late of what is unmapped (`iommu.strict=0`), or at
 * once; behind the latter with its every event kept, and with who asked for it, too.
 */
export const BOOT_MODES = ['off', 'lazy', 'strict', 'recorded', 'traced'] as const;
export type BootMode = (typeof BOOT_MODES)[number];

export interface BootRun {
  /** The host's, from power on to the prompt. */
  readonly seconds: number;
  /** CPU time of the whole process meanwhile, its compiler threads included. */
  readonly cpuSeconds: number;
  /** What the guest executed meanwhile. */
  readonly instructions: number;
  /** Events kept: 0 unless recorded or traced. */
  readonly events: number;
  /** Of those, the ones that it is known of who asked for them: 0 unless traced. */
  readonly asked: number;
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
  const asked = number('asked');
  const keepsEvents = mode === 'recorded' || mode === 'traced';
  if (events > 0 !== keepsEvents) throw new Error(`${events} events were kept ${mode}`);
  if (asked > 0 !== (mode === 'traced')) throw new Error(`who asked is known of ${asked} ${mode}`);
  return {
    seconds: number('seconds'),
    cpuSeconds: number('cpuSeconds'),
    instructions: number('instructions'),
    events,
    asked,
  };
}
