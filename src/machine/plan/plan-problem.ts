// What is wrong with a plan: all of it at once, each with the field that it is about.

import { InputError } from '../images/guest-images.ts';

/** What is wrong with one field. */
export interface PlanProblem {
  /** The field, as in `iommu.features` or `reservedRegions.rogue[0].start`; empty for the plan itself. */
  readonly path: string;
  /** What to do, for who sees the field. */
  readonly words: string;
  /** The same for who does not. */
  readonly message: string;
}

/** A plan cannot be as it is. Its message is that of the first problem. */
export class PlanError extends InputError {
  readonly problems: readonly PlanProblem[];

  constructor(problems: readonly [PlanProblem, ...PlanProblem[]], options?: ErrorOptions) {
    super(problems[0].message, options);
    this.problems = problems;
  }
}

/** Throws `PlanError` for one field; `message` is its words if left out. */
export function refuseField(
  path: string,
  words: string,
  message = words,
  options?: ErrorOptions,
): never {
  throw new PlanError([{ path, words, message }], options);
}

/** Does what throws `InputError` for the value of a field, and names the field. */
export function atField<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PlanError || !(cause instanceof InputError)) throw cause;
    return refuseField(path, cause.message, cause.message, { cause });
  }
}

/** What is wrong in what these do. */
export function problemsOf(...checks: readonly (() => unknown)[]): readonly PlanProblem[] {
  return checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      return error.problems;
    }
  });
}

/** Throws one `PlanError` with all that is wrong in what these do. */
export function checkAll(...checks: readonly (() => unknown)[]): void {
  const [first, ...more] = problemsOf(...checks);
  if (first !== undefined) throw new PlanError([first, ...more]);
}
