// What of an address space is selected, wherever on the page that was done.

import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { Locator } from '../model/locator.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import type { Stretch } from './axis.ts';
import type { AddressSpace } from './space.ts';

function pageAt(address: bigint): Stretch {
  const start = address - (address % BigInt(PAGE_BYTES));
  return { start, end: start + BigInt(PAGE_BYTES - 1) };
}

function rangeAt({ runs }: AddressSpace, address: bigint): Stretch {
  const index = runs.at(address);
  if (index < 0) return pageAt(address);
  return { start: runs.startOf(index), end: runs.endOf(index) };
}

/** The addresses that an event is about, where it is about some of this domain. */
function rangeOf(event: IommuEvent, domain: number): Stretch | null {
  if (!('domain' in event) || event.domain !== domain) return null;
  if (event.kind === 'faulted') return pageAt(event.address);
  if (event.kind !== 'mapped' && event.kind !== 'unmapped') return null;
  return { start: event.virtStart, end: event.virtEnd };
}

/** `eventOf`: an event by its sequence; undefined for one that is kept no more. */
export function litRanges(
  space: AddressSpace,
  selected: Locator | null,
  eventOf: (sequence: number) => IommuEvent | undefined,
): readonly Stretch[] {
  if (selected === null) return [];
  switch (selected.kind) {
    case 'mapping':
      return selected.domain === space.domain ? [rangeAt(space, selected.iova)] : [];
    case 'iova':
      return selected.domain === space.domain ? [pageAt(selected.iova)] : [];
    case 'page':
      return space.runs.leadingTo(selected.gpa, selected.gpa + BigInt(PAGE_BYTES - 1));
    case 'event': {
      const event = eventOf(selected.sequence);
      const range = event === undefined ? null : rangeOf(event, space.domain);
      return range === null ? [] : [range];
    }
    case 'endpoint':
    case 'domain':
      return [];
  }
}
