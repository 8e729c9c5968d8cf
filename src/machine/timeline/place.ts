// Where a machine stands, and the ways that it has gone.

/** A way that the machine has gone. */
export interface BranchInfo {
  readonly id: number;
  /** The branch that it began on, and the sequence at which it left it; null for the first. */
  readonly parent: { readonly branch: number; readonly sequence: number } | null;
  /** Sequence of its latest event. */
  readonly sequence: number;
  /** Whether the machine is on it. */
  readonly isCurrent: boolean;
}

/** Where the machine stands. */
export interface Place {
  readonly branch: number;
  /** Sequence of the latest event. */
  readonly sequence: number;
  /** Ticks since the first power on, instructions and milliseconds since the latest one. */
  readonly tick: number;
  readonly instructions: number;
  readonly timeMs: number;
  /** Bytes that the console had printed. */
  readonly consoleBytes: number;
  /** Whether the machine has been further on this branch. */
  readonly isPast: boolean;
}
