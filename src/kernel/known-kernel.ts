// The project's own kernel, known by its image's checksum: its current task, and its code, are found without its
// symbols.

import known from '../../guest-images/kernel.json' with { type: 'json' };
import type { KernelProfile } from './kernel-profile.ts';

/** The profile of the kernel whose image has this SHA-256, in hex; undefined for a kernel of somebody else's. */
export function knownKernel(sha256: string): KernelProfile | undefined {
  return sha256 === known.sha256 ? known.profile : undefined;
}

/** Guest-physical addresses, inclusive, of that kernel's code; undefined for a kernel of somebody else's. */
export function knownCode(
  sha256: string,
): { readonly start: number; readonly end: number } | undefined {
  return sha256 === known.sha256 ? known.code : undefined;
}
