// What the parts of the dialog share: the draft, what is wrong with it, and how it is changed.

import type { Checked, Draft } from './draft.ts';
import type { FieldPath } from './fields.ts';
import { fieldOf } from './fields.ts';
import type { Json, JsonPath } from './json.ts';

export interface Form {
  readonly draft: Draft;
  readonly checked: Checked;
  readonly write: (path: JsonPath, value: Json | undefined) => void;
  readonly update: (change: (draft: Draft) => Draft) => void;
}

/** What there is to say at a field. */
export interface Said {
  readonly tone: 'wrong' | 'note';
  readonly words: string;
}

/** Of what is wrong first, then of what is only to be known. */
export function saidAt({ checked }: Form, path: FieldPath): readonly Said[] {
  const about = (each: { readonly path: string }): boolean => fieldOf(each.path) === path;
  return [
    ...checked.problems.filter(about).map(({ words }): Said => ({ tone: 'wrong', words })),
    ...checked.notes.filter(about).map(({ words }): Said => ({ tone: 'note', words })),
  ];
}

/** The path of a field's value in the draft. */
export function keysOf(path: FieldPath): JsonPath {
  return path.split('.');
}

/** For the elements of a field. */
export function idOf(path: FieldPath): string {
  return `machine-${path.replace('.', '-')}`;
}
