// Addresses in text: hexadecimal, at least eight digits, so that 32-bit addresses line up.

const MIN_DIGITS = 8;
const MAX_64_BIT = 0xffff_ffff_ffff_ffffn;
const HEX_PATTERN = /^(?:0x)?([0-9a-f]+)$/i;

/** `0xfffff000`; longer only when the address needs it. */
export function formatAddress(address: bigint): string {
  return `0x${address.toString(16).padStart(MIN_DIGITS, '0')}`;
}

/** An inclusive range: `0xfffff000–0xffffffff`. */
export function formatRange(start: bigint, end: bigint): string {
  return `${formatAddress(start)}–${formatAddress(end)}`;
}

/** An inclusive range with only the digits of the end that differ: `0xfffff000–fff`. */
export function formatShortRange(start: bigint, end: bigint): string {
  const first = formatAddress(start);
  const last = formatAddress(end);
  if (first.length !== last.length || first === last) return `${first}–${last}`;
  let same = 0;
  while (first[same] === last[same]) same++;
  return `${first}–${last.slice(same)}`;
}

export type ParsedAddress =
  | { readonly isValid: true; readonly address: bigint }
  | { readonly isValid: false; readonly problem: string };

/**
 * Reads what a person typed as the start of an access of `length` bytes: hexadecimal, `0x` optional, `_` and spaces
 * ignored. The problem says what to type instead.
 */
export function parseAddress(text: string, length = 1): ParsedAddress {
  const compact = text.replace(/[\s_]/g, '');
  if (compact === '') {
    return { isValid: false, problem: 'Type an address, for example 0xdeadb000.' };
  }
  if (/^0x$/i.test(compact)) return { isValid: false, problem: 'Type digits after 0x.' };
  const digits = HEX_PATTERN.exec(compact)?.[1];
  if (digits === undefined) {
    return { isValid: false, problem: 'Use hexadecimal digits only: 0–9 and a–f.' };
  }
  const address = BigInt(`0x${digits}`);
  if (address > MAX_64_BIT) {
    return { isValid: false, problem: 'An address has at most 64 bits: 16 hexadecimal digits.' };
  }
  if (address + BigInt(length - 1) > MAX_64_BIT) {
    const last = formatAddress(MAX_64_BIT);
    const problem = `${length} bytes from here would run past the last address, ${last}.`;
    return { isValid: false, problem };
  }
  return { isValid: true, address };
}
