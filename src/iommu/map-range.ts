// The range of a MAP (virtio 1.2, 5.13.6.5).

import { addLow, highWord, isBelow, lowWord } from '../base/words.ts';
import { MAX_ADDRESS } from '../memory/address.ts';
import type { IommuOptions } from './options.ts';
import type { DialectRules } from './protocol/dialect.ts';
import { VIRTIO_IOMMU_F_INPUT_RANGE } from './protocol/protocol.ts';
import type { MapRequest } from './protocol/request.ts';

const U32_SPAN = 0x1_0000_0000;

/** Decides which ranges a device with these options maps; 64-bit words are halves. */
export function makeMapRangeCheck(
  options: IommuOptions,
  { mapsSingleBytes }: DialectRules,
): (request: MapRequest) => boolean {
  // 5.13.4.2: the lowest bit of page_size_mask is the page granularity
  const granule = (options.pageSizeMask & -options.pageSizeMask) - 1n;
  const [granuleHigh, granuleLow] = [highWord(granule), lowWord(granule)];
  // 5.13.6.5: inside input_range when that is offered
  const hasInputRange = (options.features & VIRTIO_IOMMU_F_INPUT_RANGE) !== 0n;
  const { start, end } = hasInputRange ? options.inputRange : { start: 0n, end: MAX_ADDRESS };
  const [lowestHigh, lowestLow] = [highWord(start), lowWord(start)];
  const [highestHigh, highestLow] = [highWord(end), lowWord(end)];

  return ({ startHigh, startLow, endHigh, endLow, physHigh, physLow, isEmpty }) => {
    if (isEmpty || isBelow(endHigh, endLow, startHigh, startLow)) return false;
    const isSingle = startHigh === endHigh && startLow === endLow;
    if (isSingle && !mapsSingleBytes) return false;
    if (isBelow(startHigh, startLow, lowestHigh, lowestLow)) return false;
    if (isBelow(highestHigh, highestLow, endHigh, endLow)) return false;
    // All aligned, what follows the end too; behind an end of 2^64-1 comes 0
    const nextLow = addLow(endLow, 1);
    const nextHigh = nextLow === 0 ? endHigh + 1 : endHigh;
    const isAligned =
      ((startLow | physLow | nextLow) & granuleLow) === 0 &&
      ((startHigh | physHigh | nextHigh) & granuleHigh) === 0;
    if (!isAligned) return false;
    // The guest-physical range may not wrap
    const low = physLow + (endLow - startLow);
    const carry = Math.floor(low / U32_SPAN);
    return physHigh + (endHigh - startHigh) + carry < U32_SPAN;
  };
}
