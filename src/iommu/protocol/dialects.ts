// The versions of the protocol by name.

import type { Dialect, DialectName } from './dialect.ts';
import { DRAFT_V04 } from './drafts/draft-v04.ts';
import { DRAFT_V05 } from './drafts/draft-v05.ts';
import { DRAFT_V09 } from './drafts/draft-v09.ts';
import { RELEASED_DIALECT } from './released-dialect.ts';

const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  '1.2': RELEASED_DIALECT,
  'v0.4': DRAFT_V04,
  'v0.5': DRAFT_V05,
  'v0.9': DRAFT_V09,
};

/** The names, the released one first. */
export const DIALECT_NAMES: readonly DialectName[] = ['1.2', 'v0.4', 'v0.5', 'v0.9'];

export function dialectOf(name: DialectName): Dialect {
  return DIALECTS[name];
}
