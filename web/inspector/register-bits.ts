// Registers as numbers and as the names of their bits.

/** Reads `width` bytes, the lowest first; 0 beyond the end. */
export function readBytes(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index += 1) {
    value += (bytes[offset + index] ?? 0) * 256 ** index;
  }
  return value;
}

export function hexOf(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** Names of the bits that are set, or what is said where none is. */
export function bitWords(
  value: number,
  names: readonly (readonly [bit: number, name: string])[],
  none: string,
): string {
  const set = names.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
  return set.length === 0 ? none : set.join(', ');
}
