// An UNMAP that waits: without what finds it, which public types must not lead to.

/** A range of a domain's IOVAs, both ends inclusive. */
export interface WaitingUnmap {
  /** Where the request stands in its queue: another one for each request that waits at the same time. */
  readonly position: number;
  readonly domain: number;
  readonly virtStart: bigint;
  readonly virtEnd: bigint;
}
