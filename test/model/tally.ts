// What a run of the model test has met, so that a generator that no longer reaches some rule is found out.

/** Counts of rules and of operations. */
export class Tally {
  /** Requests, DMA accesses and everything else that was done to the device. */
  operations = 0;
  readonly rules = new Map<string, number>();

  count(rule: string): void {
    this.rules.set(rule, (this.rules.get(rule) ?? 0) + 1);
  }

  /** Rules of the list that were met less often than that. */
  missing(rules: readonly string[], minimum: number): readonly string[] {
    return rules.filter((rule) => (this.rules.get(rule) ?? 0) < minimum);
  }

  /** One line a rule, in alphabetical order. */
  lines(): readonly string[] {
    return [...this.rules]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([rule, count]) => `${String(count).padStart(9)}  ${rule}`);
  }
}
