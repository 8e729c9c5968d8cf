// Ways to compare texts.

/** Whether a text has another one in it, upper and lower case being the same. */
export function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** Whether a text is as a pattern says, in which `*` stands for any characters. Takes pattern times text steps at most. */
export function matchesPattern(text: string, pattern: string): boolean {
  let [at, place, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[place] === '*') {
      star = place;
      resume = at;
      place += 1;
    } else if (place < pattern.length && pattern[place] === text[at]) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      place = star + 1;
    } else return false;
  }
  while (pattern[place] === '*') place += 1;
  return place === pattern.length;
}

/** A kernel function by its name in the source: the compiler puts `.isra.0` and the like behind it. */
export function matchesSymbol(symbol: string, pattern: string): boolean {
  const dot = symbol.indexOf('.', 1);
  return (
    matchesPattern(symbol, pattern) || (dot > 0 && matchesPattern(symbol.slice(0, dot), pattern))
  );
}
