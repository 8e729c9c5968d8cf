// The symbols of a build in the form that they are stored in beside its image (guest-images/symbols.sh):
//
//   viommu-symbols 1 SHA-256 of the bzImage
//   DISTANCE NAME           one line for each, by ascending address
//
// DISTANCE is from the address before, at first from 0, in hexadecimal.

import { SymbolTableBuilder, type SymbolTable } from './symbol-table.ts';

const HEAD = /^viommu-symbols 1 ([0-9a-f]{64})$/;
const LINE = /^([0-9a-f]{1,8}) ([!-~]+)$/;
const MAX_ADDRESS = 0xffff_ffff;

export type PackedSymbolsResult =
  | { readonly symbols: SymbolTable }
  /** Why they can not be used, in words for the user. */
  | { readonly refusal: string };

/** The symbols of the kernel whose image has the SHA-256 `kernel`; those of another one are refused. */
export function readPackedSymbols(text: string, kernel: string): PackedSymbolsResult {
  const headEnd = Math.max(0, text.indexOf('\n'));
  const [, checksum] = HEAD.exec(text.slice(0, headEnd)) ?? [];
  if (checksum === undefined) return { refusal: 'These are not the symbols of a viommu kernel.' };
  if (checksum !== kernel)
    return { refusal: 'These symbols are of another kernel than the one that runs.' };
  const builder = new SymbolTableBuilder();
  let address = 0;
  for (let start = headEnd + 1; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const [, distance = '', name = ''] = LINE.exec(text.slice(start, end)) ?? [];
    start = end + 1;
    address += Number.parseInt(distance, 16);
    if (!(address <= MAX_ADDRESS) || !builder.add(address, name)) {
      return { refusal: 'The symbols of this kernel are damaged. Get them again.' };
    }
  }
  return { symbols: builder.build() };
}
