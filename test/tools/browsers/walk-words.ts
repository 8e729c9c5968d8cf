// What a walk through the page tells its server, and asks of it.

/** One thing that a visitor does, and how long it took. */
export interface WalkStep {
  readonly name: string;
  readonly milliseconds: number;
}

export type WalkAnswer =
  | { readonly kind: 'done'; readonly steps: readonly WalkStep[] }
  | { readonly kind: 'failed'; readonly step: string; readonly reason: string };

export type WalkNews =
  | WalkAnswer
  /** A step begins. */
  | { readonly kind: 'step'; readonly name: string }
  /** The page is to be taken off the network, or put back. */
  | { readonly kind: 'network'; readonly isOffline: boolean };

/** Where the page is. */
export const PAGE = '/a/page/';
/** What the walk's own page asks its server for. */
export const WALK = { start: '/walk', script: '/walk.js', news: '/news' };
