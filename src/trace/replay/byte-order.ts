// Sorts 64-bit numbers in halves: byte by byte, the lowest first, without those bytes that are the same in all.

const BYTE_VALUES = 256;

/** The places of `count` numbers in ascending order; equal ones in the order of their places. */
export function ascending(high: Uint32Array, low: Uint32Array, count: number): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, place) => place);
  let spare = new Uint32Array(count);
  for (const half of [low, high]) {
    const differing = differingBits(half, count);
    for (let shift = 0; shift < 32; shift += 8) {
      if (((differing >>> shift) & 0xff) === 0) continue;
      sortByByte(order, spare, half, shift);
      [order, spare] = [spare, order];
    }
  }
  return order;
}

function differingBits(half: Uint32Array, count: number): number {
  const first = half[0] ?? 0;
  let bits = 0;
  for (let place = 1; place < count; place += 1) bits |= (half[place] ?? 0) ^ first;
  return bits;
}

function sortByByte(from: Uint32Array, to: Uint32Array, half: Uint32Array, shift: number): void {
  const next = new Uint32Array(BYTE_VALUES + 1);
  for (const place of from) {
    const value = ((half[place] ?? 0) >>> shift) & 0xff;
    next[value + 1] = (next[value + 1] ?? 0) + 1;
  }
  for (let value = 1; value < BYTE_VALUES; value += 1) {
    next[value] = (next[value] ?? 0) + (next[value - 1] ?? 0);
  }
  for (const place of from) {
    const value = ((half[place] ?? 0) >>> shift) & 0xff;
    const at = next[value] ?? 0;
    to[at] = place;
    next[value] = at + 1;
  }
}
