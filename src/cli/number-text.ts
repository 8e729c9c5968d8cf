// Whole numbers as people write them on a command line.

/** The number that the text names in decimal or after 0x; undefined for anything else, or for more bits than `bits`. */
export function parseUnsigned(text: string, bits: number): bigint | undefined {
  if (!/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text)) return undefined;
  const value = BigInt(text);
  return value === BigInt.asUintN(bits, value) ? value : undefined;
}
