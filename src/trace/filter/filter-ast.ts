// A filter as data: what a text says once its names and types are checked. Two texts that mean the same by their words have
// the same tree; `printFilter` writes the one text that stands for it.

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~';

/** What a field is compared with. Numbers are in the field's own unit: bytes, or nanoseconds for `time`. */
export type Value =
  | { readonly type: 'number'; readonly value: bigint }
  | { readonly type: 'text'; readonly text: string }
  /** One of the names that the field's table has, in its spelling. */
  | { readonly type: 'name'; readonly name: string };

/** An inclusive range of numbers; `end` is not before `start`. */
export interface ValueRange {
  readonly type: 'range';
  readonly start: bigint;
  readonly end: bigint;
}

export type Item = Value | ValueRange;

export type Expression =
  /** At least two terms; all of them, or any. */
  | { readonly type: 'all' | 'any'; readonly terms: readonly Expression[] }
  | { readonly type: 'not'; readonly term: Expression }
  | {
      readonly type: 'comparison';
      readonly field: string;
      readonly operator: Operator;
      readonly value: Value;
    }
  /** `field in`: at least one item. */
  | { readonly type: 'membership'; readonly field: string; readonly items: readonly Item[] }
  /** `flags has name`. */
  | { readonly type: 'has'; readonly field: string; readonly flag: string }
  /** A field that is true or false by itself. */
  | { readonly type: 'claim'; readonly field: string }
  /** A frame of the stack is in a function with this name; `*` in it stands for any characters. */
  | { readonly type: 'by'; readonly symbol: string };

/** Null lets everything through: the filter of an empty text. */
export type Filter = Expression | null;
