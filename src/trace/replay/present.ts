// The latest moment of a history: not a copy, as a `Moment` is, but the same from each event to the next.

import type { Feed } from './feed.ts';
import type { Missing } from './not-known.ts';

export class Present {
  readonly #feed: Feed;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** Mappings and attachments made before that are not known of; null when nothing is missing. */
  get missing(): Missing | null {
    return this.#feed.standing.missing;
  }

  /** Mappings of a domain. */
  count(domain: number): number {
    return this.#feed.live.of(domain).count;
  }

  /** IDs of a domain's mappings in IOVA order, the first ones: `History.lifetime` has what they are. */
  ids(domain: number, limit: number): readonly number[] {
    return this.#feed.live.of(domain).ids(limit);
  }
}
