// Sorts 64-bit numbers in halves: byte by byte, the lowest first, without those bytes that are the same in all.

const BYTE_VALUES = 256;

/** Sorts places by the numbers that are there, in place; those of equal numbers stay as they are to each other. */
export function sortPlaces(places: Uint32Array, high: Uint32Array, low: Uint32Array): void {
  let from = places;
  let to: Uint32Array = new Uint32Array(places.length);
  for (const half of [low, high]) {
    const differing = differingBits(places, half);
    for (let shift = 0; shift < 32; shift += 8) {
      if (((differing >>> shift) & 0xff) === 0) continue;
      sortByByte(from, to, half, shift);
      [from, to] = [to, from];
    }
  }
  if (from !== places) places.set(from);
}

function differingBits(places: Uint32Array, half: Uint32Array): number {
  const first = half[places[0] ?? 0] ?? 0;
  let bits = 0;
  for (let at = 1; at < places.length; at += 1) bits |= (half[places[at] ?? 0] ?? 0) ^ first;
  return bits;
}

function sortByByte(from: Uint32Array, to: Uint32Array, half: Uint32Array, shift: number): void {
  const next = new Uint32Array(BYTE_VALUES + 1);
  for (let at = 0; at < from.length; at += 1) {
    const value = ((half[from[at] ?? 0] ?? 0) >>> shift) & 0xff;
    next[value + 1] = (next[value + 1] ?? 0) + 1;
  }
  for (let value = 1; value < BYTE_VALUES; value += 1) {
    next[value] = (next[value] ?? 0) + (next[value - 1] ?? 0);
  }
  for (let at = 0; at < from.length; at += 1) {
    const place = from[at] ?? 0;
    const value = ((half[place] ?? 0) >>> shift) & 0xff;
    const then = next[value] ?? 0;
    to[then] = place;
    next[value] = then + 1;
  }
}
