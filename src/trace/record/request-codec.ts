// A request that was answered to its row: the same columns as those of its event (`event-codec.ts`), without the event.

import type { AnsweredRequest } from '../../iommu/events/answered-request.ts';
import type { Request } from '../../iommu/protocol/request.ts';
import { NO_DOMAIN, NO_STATUS, type EventColumns } from './event-columns.ts';
import { KIND_CODES } from './event-kinds.ts';

const codeOf = (kind: Parameters<typeof KIND_CODES.get>[0]): number => KIND_CODES.get(kind) ?? 0;

const ATTACHED = codeOf('attached');
const DETACHED = codeOf('detached');
const MAPPED = codeOf('mapped');
const UNMAPPED = codeOf('unmapped');
const PROBED = codeOf('probed');
const IGNORED = codeOf('ignored');

/** Writes a request into empty columns; place, time and request bytes are the caller's. */
export function putRequest(columns: EventColumns, at: number, answered: AnsweredRequest): void {
  const { request, outcome } = answered;
  if (request === undefined) {
    columns.kind[at] = IGNORED;
    columns.flags[at] = answered.type;
    columns.startLow[at] = answered.readableLength;
    columns.endLow[at] = answered.writableLength;
    columns.status[at] = answered.status ?? NO_STATUS;
    return;
  }
  columns.status[at] = outcome.status;
  switch (request.kind) {
    case 'attach':
      columns.kind[at] = ATTACHED;
      columns.endpoint[at] = request.endpoint;
      columns.domain[at] = request.domain;
      columns.flags[at] = request.flags;
      break;
    case 'detach':
      putDetach(columns, at, request.endpoint, request.domain);
      break;
    case 'detach-endpoint':
      putDetach(columns, at, request.endpoint, outcome.leftDomain);
      break;
    case 'map':
      columns.kind[at] = MAPPED;
      putRange(columns, at, request);
      columns.gpaLow[at] = request.physLow;
      columns.gpaHigh[at] = request.physHigh;
      columns.flags[at] = request.flags;
      break;
    case 'unmap':
      columns.kind[at] = UNMAPPED;
      putRange(columns, at, request);
      columns.gpaLow[at] = outcome.removed;
      break;
    case 'probe':
      columns.kind[at] = PROBED;
      columns.endpoint[at] = request.endpoint;
      break;
  }
}

function putDetach(
  columns: EventColumns,
  at: number,
  endpoint: number,
  domain: number | null,
): void {
  columns.kind[at] = DETACHED;
  columns.endpoint[at] = endpoint;
  columns.domain[at] = domain ?? 0;
  columns.flags[at] = domain === null ? NO_DOMAIN : 0;
}

type RangeRequest = Extract<Request, { readonly kind: 'map' | 'unmap' }>;

function putRange(columns: EventColumns, at: number, request: RangeRequest): void {
  columns.domain[at] = request.domain;
  columns.startLow[at] = request.startLow;
  columns.startHigh[at] = request.startHigh;
  columns.endLow[at] = request.endLow;
  columns.endHigh[at] = request.endHigh;
}
