// The requirements of the specification as far as they are there.

import type { Requirement } from '../conformance/requirement.ts';

export type RequirementsView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly list: readonly Requirement[] };
