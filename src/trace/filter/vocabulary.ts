// What a filter may ask of a record: the names that it has, and what it tells at all.

import type { RecordFacts } from '../record/head.ts';

export interface Vocabulary {
  readonly endpoints: readonly { readonly id: number; readonly name: string }[];
  readonly facts: RecordFacts;
  /** Whether functions of the guest's kernel have names here. */
  readonly hasSymbols: boolean;
}
