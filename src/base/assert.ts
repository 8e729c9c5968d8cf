// Checks of our own promises. Never for what a guest or a user did: those get a status, a fault or a message.

/** Throws when one of *our* invariants is broken; always on. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${claim}`);
}

/** Marks the branch of an exhaustive switch that can not be reached. */
export function assertNever(value: never): never {
  throw new Error(`internal error: unexpected value ${JSON.stringify(value)}`);
}
