// The access that the story is about: a device writes where nobody has given it anything.

import type { RogueRequest } from '../../src/worker/api/stray-dma.ts';

/**
 * In the first MiB, which Linux leaves alone: nothing is ever mapped there, and without an IOMMU the write reaches memory
 * and does no harm.
 */
export const OVERREACH_ADDRESS = 0x8000n;
export const OVERREACH_BYTES = 16;

export function overreachOf(endpoint: number, access: RogueRequest['access']): RogueRequest {
  return { endpoint, address: OVERREACH_ADDRESS, access, length: OVERREACH_BYTES };
}
