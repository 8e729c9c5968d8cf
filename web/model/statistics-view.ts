// What the page has counted, and of what.

import type { Statistics } from '../../src/trace/statistics/statistics.ts';

export interface Counted {
  readonly figures: Statistics;
  /** Whether that is all that is kept, as no range was chosen. */
  readonly isWhole: boolean;
  /** The past moment that was looked at, by its event, after which nothing is counted; null for the present. */
  readonly moment: number | null;
}

export interface StatisticsView {
  /** What was counted last; null before. */
  readonly counted: Counted | null;
  /** Whether that is of the range and the moment that are chosen now. */
  readonly isCurrent: boolean;
  /** From 0 to 1; null while nothing is being counted. */
  readonly progress: number | null;
  /** Whether what counts could not be fetched. */
  readonly isUnreachable: boolean;
}

export const NOTHING_COUNTED: StatisticsView = {
  counted: null,
  isCurrent: true,
  progress: null,
  isUnreachable: false,
};
