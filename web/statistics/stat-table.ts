// A table of figures, whatever it is shown as.

import type { Locator } from '../model/locator.ts';

/** Where a row leads. */
export type Lead =
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'select'; readonly locator: Locator };

export interface StatCell {
  readonly text: string;
  /** The same for programs: a number without its unit. */
  readonly value: number | string;
}

export interface StatRow {
  /** The first one says what the row is about. */
  readonly cells: readonly StatCell[];
  readonly lead: Lead | null;
}

export interface StatHead {
  readonly name: string;
  readonly title?: string;
  readonly isNumber?: boolean;
  /** Of the value, where the text has another. */
  readonly unit?: string;
}

export interface StatTable {
  readonly id: string;
  readonly title: string;
  readonly heads: readonly StatHead[];
  readonly rows: readonly StatRow[];
  /** What has to be known to read it; null when nothing has. */
  readonly note: string | null;
}

export function textCell(text: string): StatCell {
  return { text, value: text };
}
