// Names that a record has, for checking a filter and for completing it.

export interface NamedEndpoint {
  readonly id: number;
  readonly name: string;
}

export interface Vocabulary {
  /** Null where no record is at hand: any name may be right. */
  readonly endpoints: readonly NamedEndpoint[] | null;
}

/** Any endpoint may be right. */
export const NO_VOCABULARY: Vocabulary = { endpoints: null };
