// 64-bit words as two unsigned 32-bit halves (high, low), the form every DMA path carries.

const U32_SPAN = 0x1_0000_0000;
const LOW = 0;
const HIGH = 4;

// Goes through memory: shifting a BigInt makes others on the way. No value outlives the call that put it here.
const word = new DataView(new ArrayBuffer(8));

/** Upper 32 bits of a 64-bit word, unsigned. */
export function highWord(value: bigint): number {
  word.setBigUint64(LOW, value, true);
  return word.getUint32(HIGH, true);
}

/** Lower 32 bits of a 64-bit word, unsigned. */
export function lowWord(value: bigint): number {
  word.setBigUint64(LOW, value, true);
  return word.getUint32(LOW, true);
}

/** The 64-bit word of two unsigned halves. Not for the DMA path: BigInt is slow there. */
export function joinWords(high: number, low: number): bigint {
  word.setUint32(LOW, low, true);
  word.setUint32(HIGH, high, true);
  return word.getBigUint64(LOW, true);
}

/** Whether one word is below another. */
export function isBelow(high: number, low: number, otherHigh: number, otherLow: number): boolean {
  return high < otherHigh || (high === otherHigh && low < otherLow);
}

/** Low half of `low + offset`; `offset` is at most 2^32. */
export function addLow(low: number, offset: number): number {
  return (low + offset) >>> 0;
}

/** High half of `(high, low) + offset`, wrapping at 2^64; `offset` is at most 2^32. */
export function addHigh(high: number, low: number, offset: number): number {
  return low + offset >= U32_SPAN ? (high + 1) >>> 0 : high;
}

/** Whether `length` bytes from (high, low) go beyond 2^64; `length` is at most 2^32. */
export function wrapsAround(high: number, low: number, length: number): boolean {
  return high === 0xffff_ffff && low + length > U32_SPAN;
}
