// What this browser can not run of what the PC is made of.

/** A module of one function that needs SIMD: it answers sixteen zero bytes, i32.const 0 and i8x16.splat. */
const SIMD_MODULE = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    [1, 5, 1, 0x60, 0, 1, 0x7b], // type 0: nothing to v128
    [3, 2, 1, 0], // function 0 has type 0
    [10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b], // its code
  ].flat(),
);

/** What is missing in words for the user; undefined when the PC can run. */
export function missingWebAssembly(): string | undefined {
  if (typeof WebAssembly !== 'object') {
    return 'This browser does not run WebAssembly, which the PC is made of.';
  }
  if (!WebAssembly.validate(SIMD_MODULE)) {
    return 'This browser runs WebAssembly without SIMD instructions, which the IOMMU is made of.';
  }
  return undefined;
}
