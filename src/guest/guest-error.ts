// Why a guest did not do what was waited for.

/** `aborted` has the signal's reason as its own error, not this one. */
export type GuestFailure = 'stalled' | 'panicked' | 'power-cycled' | 'powered-off' | 'crashed';

const TAIL_LINES = 20;

/** The guest failed; the message says what was waited for and ends with the console's last lines. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
  readonly failure: GuestFailure;

  constructor(failure: GuestFailure, claim: string, consoleLines: readonly string[]) {
    const lines = consoleLines.slice(-TAIL_LINES).map((line) => `  | ${line}`);
    const tail =
      lines.length === 0
        ? ['The console printed nothing.']
        : ['The console’s last lines:', ...lines];
    super([claim, ...tail].join('\n'));
    this.failure = failure;
  }
}
