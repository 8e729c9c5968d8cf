// What this browser can not run of what the PC is made of.

/** What is missing in words for the user; undefined when the PC can run. */
export function missingWebAssembly(): string | undefined {
  if (typeof WebAssembly === 'object') return undefined;
  return 'This browser does not run WebAssembly, which the PC is made of.';
}
