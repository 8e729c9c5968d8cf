// The requirements of the specification as far as they are there, and which of them a record has exercised.

import type { Refused, Requirement } from '../conformance/requirement.ts';

export type RequirementsView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly list: readonly Requirement[] };

export interface Exercised {
  /** Why accesses were stopped and requests refused, one for each. */
  readonly refusals: readonly Refused[];
  /** Whether these are all. */
  readonly isComplete: boolean;
}

export const NOTHING_EXERCISED: Exercised = { refusals: [], isComplete: true };
