// What a session that was disposed answers.

/** Why it does nothing any more. */
export function sessionOver(): Error {
  return new Error('This session was disposed. Make a new one.');
}
