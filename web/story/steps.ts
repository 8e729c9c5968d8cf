// The steps of the story, in their order. In the address a step is its number.

export const STEPS = ['see', 'overreach', 'why', 'without', 'early', 'closed', 'back'] as const;
export type StepName = (typeof STEPS)[number];

/** From 1 on. */
export function numberOf(step: StepName): number {
  return STEPS.indexOf(step) + 1;
}

/** The step that a text names by its number; null for any other text. */
export function parseStep(text: string): StepName | null {
  return /^\d$/.test(text) ? (STEPS[Number(text) - 1] ?? null) : null;
}

/** The last one is followed by itself. */
export function stepAfter(step: StepName): StepName {
  return STEPS[numberOf(step)] ?? step;
}
