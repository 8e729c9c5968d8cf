// Stray DMA: accesses that no driver asked for.

import type { RogueRequest, RogueResult } from '../../machine/rogue-access.ts';

export interface StrayDmaApi {
  /** Makes an endpoint access memory. Rejects with an error for the user when the request is impossible. */
  rogueDma(request: RogueRequest): Promise<RogueResult>;
}

export type { RogueRequest, RogueResult };
