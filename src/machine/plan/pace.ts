// How the time passes in which the guest's CPU is halted.

/** `real`: by the wall clock, as where a person sits. `skip`: at once. */
export type Pace = 'real' | 'skip';
export const PACES: readonly Pace[] = ['real', 'skip'];
