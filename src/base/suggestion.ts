// Guesses what a mistyped word was meant to be.

/** Edits - insert, delete, replace - that turn one word into the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of from.split('').entries()) {
    const next = [index + 1];
    for (const [column, other] of to.split('').entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** ` Did you mean X?` for the nearest known word, if one is near; else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = known
    .map((each) => ({ each, edits: each.startsWith(word) ? 1 : distance(word, each) }))
    .sort((one, other) => one.edits - other.edits)[0];
  const isNear = nearest !== undefined && nearest.edits <= Math.ceil(word.length / 3);
  return isNear ? ` Did you mean ${nearest.each}?` : '';
}
