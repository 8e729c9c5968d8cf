// Ctrl-C and its like: the first one ends the run, which still reports; a second one ends the process at once.

import { constants } from 'node:os';
import type { Dispose } from '../base/emitter.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** What a shell makes of a process that a signal has ended. */
const SIGNAL_STATUS = 128;

/** The run was stopped from outside. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
  }

  get exitStatus(): number {
    return SIGNAL_STATUS + constants.signals[this.signal];
  }
}

/** Calls back at the first signal; the second one ends the process. Returns what puts the signals back. */
export function onStopSignal(stop: (reason: Interrupted) => void): Dispose {
  let isStopping = false;
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      const reason = new Interrupted(signal);
      if (isStopping) process.exit(reason.exitStatus);
      isStopping = true;
      stop(reason);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
