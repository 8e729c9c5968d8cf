// A request that was answered to its row (`event-rows.ts`), which leaves the same columns as its event (`event-codec.ts`) without
// an event.

import type { AnsweredRequest } from '../../iommu/events/answered-request.ts';
import type { MapRequest, UnmapRequest } from '../../iommu/protocol/request.ts';
import { NO_DOMAIN, NO_STATUS } from './event-columns.ts';
import { KIND_CODES } from './event-kinds.ts';
import {
  ROW_DOMAIN,
  ROW_END_HIGH,
  ROW_END_LOW,
  ROW_ENDPOINT,
  ROW_FLAGS,
  ROW_GPA_HIGH,
  ROW_GPA_LOW,
  ROW_KIND,
  ROW_START_HIGH,
  ROW_START_LOW,
  STATUS_SHIFT,
} from './event-rows.ts';

const codeOf = (kind: Parameters<typeof KIND_CODES.get>[0]): number => KIND_CODES.get(kind) ?? 0;

const ATTACHED = codeOf('attached');
const DETACHED = codeOf('detached');
const MAPPED = codeOf('mapped');
const UNMAPPED = codeOf('unmapped');
const PROBED = codeOf('probed');
const IGNORED = codeOf('ignored');

/** Writes a request into the empty row at `row`; time, who and request bytes are the caller's. */
export function putRequest(rows: Uint32Array, row: number, answered: AnsweredRequest): void {
  const { request, outcome } = answered;
  if (request === undefined) {
    putKind(rows, row, IGNORED, answered.status ?? NO_STATUS);
    rows[row + ROW_FLAGS] = answered.type;
    rows[row + ROW_START_LOW] = answered.readableLength;
    rows[row + ROW_END_LOW] = answered.writableLength;
    return;
  }
  const { status } = outcome;
  switch (request.kind) {
    case 'map':
      putKind(rows, row, MAPPED, status);
      putMap(rows, row, request);
      break;
    case 'unmap':
      putKind(rows, row, UNMAPPED, status);
      putUnmap(rows, row, request);
      rows[row + ROW_GPA_LOW] = outcome.removed;
      break;
    case 'attach':
      putKind(rows, row, ATTACHED, status);
      rows[row + ROW_ENDPOINT] = request.endpoint;
      rows[row + ROW_DOMAIN] = request.domain;
      rows[row + ROW_FLAGS] = request.flags;
      break;
    case 'detach':
      putKind(rows, row, DETACHED, status);
      putLeft(rows, row, request.endpoint, request.domain);
      break;
    case 'detach-endpoint':
      putKind(rows, row, DETACHED, status);
      putLeft(rows, row, request.endpoint, outcome.leftDomain);
      break;
    case 'probe':
      putKind(rows, row, PROBED, status);
      rows[row + ROW_ENDPOINT] = request.endpoint;
      break;
  }
}

function putKind(rows: Uint32Array, row: number, kind: number, status: number): void {
  rows[row + ROW_KIND] = kind | (status << STATUS_SHIFT);
}

function putLeft(rows: Uint32Array, row: number, endpoint: number, domain: number | null): void {
  rows[row + ROW_ENDPOINT] = endpoint;
  rows[row + ROW_DOMAIN] = domain ?? 0;
  rows[row + ROW_FLAGS] = domain === null ? NO_DOMAIN : 0;
}

// What the two have in common stands in each: V8 makes far less of a function that sees one kind of object.

function putMap(rows: Uint32Array, row: number, request: MapRequest): void {
  rows[row + ROW_DOMAIN] = request.domain;
  rows[row + ROW_START_LOW] = request.startLow;
  rows[row + ROW_START_HIGH] = request.startHigh;
  rows[row + ROW_END_LOW] = request.endLow;
  rows[row + ROW_END_HIGH] = request.endHigh;
  rows[row + ROW_GPA_LOW] = request.physLow;
  rows[row + ROW_GPA_HIGH] = request.physHigh;
  rows[row + ROW_FLAGS] = request.flags;
}

function putUnmap(rows: Uint32Array, row: number, request: UnmapRequest): void {
  rows[row + ROW_DOMAIN] = request.domain;
  rows[row + ROW_START_LOW] = request.startLow;
  rows[row + ROW_START_HIGH] = request.startHigh;
  rows[row + ROW_END_LOW] = request.endLow;
  rows[row + ROW_END_HIGH] = request.endHigh;
}
