// What a record can not tell, said in types: an answer never guesses.

/** Why events are missing: they had to go for want of room, were lost on their way here, or nobody recorded them. */
export type MissingBecause = 'gone' | 'lost' | 'not-recorded';

/** Events before that one are missing, so that what they did is not known. */
export interface Missing {
  readonly because: MissingBecause;
  /** Sequence of the first event after those that are missing. */
  readonly before: number;
}

/** There is no answer. `not-yet`: that event has not happened; `before` is then the one that comes next. */
export interface NotKnown {
  readonly isKnown: false;
  readonly because: MissingBecause | 'not-yet';
  /** Sequence of the first event that could be told of. */
  readonly before: number;
}
