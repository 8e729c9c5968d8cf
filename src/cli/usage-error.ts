// The one error for a command line that can not be followed.

/** The command line can not be followed; the message says why and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
