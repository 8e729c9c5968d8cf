// What a sweep found to be wrong: every case is counted, and the first ones are kept to be looked at.

import type { Access } from '../iommu/store/mapping-store.ts';

/** Cases that are kept. */
export const MAX_KEPT = 64;

/** How an access went wrong: it reached memory that it may not, or not as it ought to; or it was stopped and ought not to be. */
export type WrongKind = 'leaked' | 'wronglyBlocked';

/** One access of which another became than ought to. */
export interface Wrong {
  readonly kind: WrongKind;
  readonly endpoint: number;
  readonly access: Access;
  readonly address: number;
  readonly length: number;
  /** What ought to become of it, and what did, in words for a log. */
  readonly expected: string;
  readonly found: string;
}

export class Findings {
  accesses = 0;
  leaked = 0;
  wronglyBlocked = 0;
  readonly #kept: Wrong[] = [];

  get kept(): readonly Wrong[] {
    return this.#kept;
  }

  add(wrong: Wrong): void {
    this[wrong.kind] += 1;
    if (this.#kept.length < MAX_KEPT) this.#kept.push(wrong);
  }
}
