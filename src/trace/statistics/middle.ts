// The middle of many numbers, without sorting them: a few passes, whatever order they are in, each in small steps.

/** Numbers that a step looks at. */
const STEP = 1 << 14;
/** A double that is not negative has the order of its four halves of halves, the highest first. */
const DIGITS = [3, 2, 1, 0] as const;
const DIGIT_VALUES = 1 << 16;

/** A list of numbers that are not negative. */
export class Lengths {
  #values = new Float64Array(1024);
  count = 0;

  add(value: number): void {
    if (this.count === this.#values.length) {
      const larger = new Float64Array(2 * this.count);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.count] = value;
    this.count += 1;
  }

  /** The lower one of the two in the middle if there are two: half of all are at most that. Null without any. */
  *middle(): Generator<void, number | null> {
    if (this.count === 0) return null;
    let rank = (this.count - 1) >> 1;
    let rest = this.#values.subarray(0, this.count);
    for (const digit of DIGITS) {
      const counts = new Uint32Array(DIGIT_VALUES);
      yield* inSteps(rest, (digits) => {
        const value = digits[digit] ?? 0;
        counts[value] = (counts[value] ?? 0) + 1;
      });
      let wanted = 0;
      while (rank >= (counts[wanted] ?? 0)) {
        rank -= counts[wanted] ?? 0;
        wanted += 1;
      }
      const kept = new Float64Array(counts[wanted] ?? 0);
      let count = 0;
      yield* inSteps(rest, (digits, at, values) => {
        if (digits[digit] !== wanted) return;
        kept[count] = values[at] ?? 0;
        count += 1;
      });
      rest = kept;
    }
    return rest[0] ?? null;
  }
}

function* inSteps(
  values: Float64Array,
  take: (digits: Uint16Array, at: number, values: Float64Array) => void,
): Generator<void> {
  const one = new Float64Array(1);
  const digits = new Uint16Array(one.buffer);
  for (let at = 0; at < values.length; at += 1) {
    one[0] = values[at] ?? 0;
    take(digits, at, values);
    if (at % STEP === STEP - 1) yield;
  }
}
