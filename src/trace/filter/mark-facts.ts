// What marks have of the fields that events have.

import { TIME_PER_MS } from '../record/batch.ts';
import type { Mark } from '../record/marks.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import { MAX_NUMBER, NS_PER_TIME } from './quantities.ts';
import type { BigRange } from './ranges.ts';

/** The numbers of a field: none where the mark does not have it. */
export function markRanges(mark: Mark, field: string): readonly BigRange[] {
  switch (field) {
    case 'sequence':
      return whole(mark.sequence);
    case 'time':
      return whole(Math.round(mark.timeMs * TIME_PER_MS)).map(({ start }) =>
        only(start * NS_PER_TIME),
      );
    case 'instructions':
      return whole(mark.instructions);
    case 'endpoint':
      return 'endpoint' in mark && mark.endpoint !== null ? whole(mark.endpoint) : [];
    case 'iova':
      if (mark.kind === 'access' || mark.kind === 'sample')
        return [extent(mark.address, mark.length)];
      return mark.kind === 'doorbell' ? [only(mark.address)] : [];
    case 'length':
      return mark.kind === 'access' || mark.kind === 'sample' ? whole(mark.length) : [];
    case 'flags': {
      const flags = markFlags(mark);
      return flags === null ? [] : whole(flags);
    }
    default:
      return [];
  }
}

/** Whether an access read or wrote, as a MAP's flags say it; null where the mark is none. */
export function markFlags(mark: Mark): number | null {
  if (mark.kind !== 'access' && mark.kind !== 'sample') return null;
  return mark.access === 'write' ? VIRTIO_IOMMU_MAP_F_WRITE : VIRTIO_IOMMU_MAP_F_READ;
}

function only(value: bigint): BigRange {
  return { start: value, end: value };
}

/** Nothing for what is no whole number: records come from anywhere. */
function whole(value: number): readonly BigRange[] {
  return Number.isSafeInteger(value) && value >= 0 ? [only(BigInt(value))] : [];
}

function extent(start: bigint, length: number): BigRange {
  const end = start + BigInt(Number.isSafeInteger(length) && length > 0 ? length - 1 : 0);
  return { start, end: end > MAX_NUMBER ? MAX_NUMBER : end };
}
