// A range as unsigned 32-bit halves: what requests and accesses carry, which come too often for bigints.

import { highWord, joinWords, lowWord } from '../base/words.ts';
import { toIova, type AddressRange, type Iova } from './address.ts';

/** An inclusive range of IOVAs, like `AddressRange`; nothing says that it does not end before it starts. */
export interface RangeWords {
  readonly startHigh: number;
  readonly startLow: number;
  readonly endHigh: number;
  readonly endLow: number;
}

export function toRangeWords({ start, end }: AddressRange<Iova>): RangeWords {
  return {
    startHigh: highWord(start),
    startLow: lowWord(start),
    endHigh: highWord(end),
    endLow: lowWord(end),
  };
}

export function toRange(words: RangeWords): AddressRange<Iova> {
  return {
    start: toIova(joinWords(words.startHigh, words.startLow)),
    end: toIova(joinWords(words.endHigh, words.endLow)),
  };
}
