// A mapping, and the same as unsigned 32-bit halves, the form in which MAP tells of it.

import { highWord, joinWords, lowWord } from '../../base/words.ts';
import { toGpa, type Gpa, type Iova } from '../../memory/address.ts';
import { toRange, toRangeWords, type RangeWords } from '../../memory/range-words.ts';

/** One MAP request's result: IOVA `virtStart`..`virtEnd` (inclusive) to GPA from `physStart` on. */
export interface Mapping {
  readonly virtStart: Iova;
  readonly virtEnd: Iova;
  readonly physStart: Gpa;
  /** VIRTIO_IOMMU_MAP_F_* bits. */
  readonly flags: number;
}

/** See `Mapping`. */
export interface MappingWords extends RangeWords {
  readonly physHigh: number;
  readonly physLow: number;
  readonly flags: number;
}

export function toMapping(words: MappingWords): Mapping {
  const { start, end } = toRange(words);
  const physStart = toGpa(joinWords(words.physHigh, words.physLow));
  return { virtStart: start, virtEnd: end, physStart, flags: words.flags };
}

export function toMappingWords({ virtStart, virtEnd, physStart, flags }: Mapping): MappingWords {
  const range = toRangeWords({ start: virtStart, end: virtEnd });
  return { ...range, physHigh: highWord(physStart), physLow: lowWord(physStart), flags };
}
