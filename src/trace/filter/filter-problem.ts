// What is wrong with a filter, and where.

export interface FilterProblem {
  /** The characters that are wrong, in UTF-16 units from the start of the text; `to` is behind the last of them. */
  readonly from: number;
  readonly to: number;
  /** One or two sentences: what is wrong and what to write. */
  readonly message: string;
  /** What could stand there, in words or as it is written; empty where only the value is wrong. */
  readonly expected: readonly string[];
}

/** A place in the text: `to` is behind its last character. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Carries a problem to whoever asked for the filter; never leaves this folder. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  readonly problem: FilterProblem;

  constructor({ from, to }: Place, message: string, expected: readonly string[] = []) {
    super(message);
    this.problem = { from, to, message, expected };
  }
}

/** `a, b or c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
