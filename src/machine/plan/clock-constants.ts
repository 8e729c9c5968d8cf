// What the guest's own time is made of.

/** Nanoseconds of guest time that an instruction takes, and a look at the clock. Part of what a recording depends on. */
export const CLOCK_CONSTANTS = { instructionNs: 10, readNs: 20 } as const;
