// The kinds of events as bytes: their place in this list. Traces keep these codes, so the list only grows.

import type { IommuEvent } from '../../iommu/events/iommu-event.ts';

type EventKind = IommuEvent['kind'];

export const EVENT_KINDS = [
  'attached',
  'detached',
  'mapped',
  'unmapped',
  'probed',
  'ignored',
  'faulted',
  'bypass-changed',
  'started',
  'reset',
  'system-reset',
  'power-cycled',
  'master-changed',
] as const satisfies readonly EventKind[];

/** The byte of each kind. */
export const KIND_CODES: ReadonlyMap<EventKind, number> = new Map(
  EVENT_KINDS.map((kind, code) => [kind, code]),
);
