// Why a guest did not do what was waited for.

/** `aborted` has the signal's reason as its own error, not this one. */
export type GuestFailure =
  | 'stalled'
  | 'panicked'
  | 'power-cycled'
  | 'powered-off'
  | 'halted'
  | 'crashed';

/** How a guest's life can end, in words. */
export const GUEST_ENDS: Readonly<Record<'powered-off' | 'halted' | 'crashed', string>> = {
  'powered-off': 'the guest switched itself off',
  halted: 'the guest halted its processor for good',
  crashed: 'the emulated PC failed',
};

const TAIL_LINES = 20;

/**
 * The guest failed; the message says what was waited for, and ends with the last lines of what a command printed, or else
 * of the console.
 */
export class GuestError extends Error {
  override readonly name = 'GuestError';
  readonly failure: GuestFailure;
  /** All that the command printed which did not end; undefined when no command was waited for. */
  readonly output: string | undefined;
  readonly #claim: string;
  readonly #consoleLines: readonly string[];

  constructor(
    failure: GuestFailure,
    claim: string,
    consoleLines: readonly string[],
    output?: string,
  ) {
    // The console's lines before a command explain nothing of one that printed something and went on.
    const hidesConsole = failure === 'stalled' && output !== undefined && output !== '';
    const lines = [
      claim,
      ...(output === undefined ? [] : tail('The command', linesOf(output))),
      ...(hidesConsole ? [] : tail('The console', consoleLines)),
    ];
    super(lines.join('\n'));
    this.failure = failure;
    this.output = output;
    this.#claim = claim;
    this.#consoleLines = consoleLines;
  }

  /** The same, of a command that had printed this. */
  withOutput(output: string): GuestError {
    return new GuestError(this.failure, this.#claim, this.#consoleLines, output);
  }
}

function tail(who: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [`${who} printed nothing.`];
  return [`${who}’s last lines:`, ...lines.slice(-TAIL_LINES).map((line) => `  | ${line}`)];
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
