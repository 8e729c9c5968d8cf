// Requests as drivers of the drafts v0.4, v0.5 and v0.9 wrote them, field by field, with numbers of their own.

import { pack, zeros, type Field } from './packed-fields.ts';

export type DraftName = 'v0.4' | 'v0.5' | 'v0.9';

export const DRAFTS: readonly DraftName[] = ['v0.4', 'v0.5', 'v0.9'];

/** A range of IOVAs, inclusive, and where it goes; `flags` are the draft's own. */
export interface DraftMapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly physical: bigint;
  readonly flags: number;
}

/** The requests of a draft; `reserved` fills its reserved field, 0 as drivers do unless a test wants otherwise. */
export interface DraftRequests {
  attach(domain: number, endpoint: number, reserved?: number): Uint8Array;
  /** v0.4 and v0.5 leave the domain out. */
  detach(domain: number, endpoint: number, reserved?: number): Uint8Array;
  map(domain: number, mapping: DraftMapping): Uint8Array;
  unmap(domain: number, start: bigint, end: bigint, reserved?: number): Uint8Array;
  probe(endpoint: number): Uint8Array;
}

const ATTACH = 1;
const DETACH = 2;
const MAP = 3;
const UNMAP = 4;
const PROBE = 5;

function head(type: number): readonly Field[] {
  return [[1, type], ...zeros(3)];
}

function probe(endpoint: number): Uint8Array {
  return pack([...head(PROBE), [4, endpoint], ...zeros(64)]);
}

/** MAP of v0.4 and v0.5 with any size, also one that is none. */
export function sizedMapRequest(
  domain: number,
  address: bigint,
  size: bigint,
  { physical, flags }: Pick<DraftMapping, 'physical' | 'flags'>,
): Uint8Array {
  return pack([...head(MAP), [4, domain], [8, address], [8, physical], [8, size], [4, flags]]);
}

/** UNMAP of v0.4 and v0.5 with any size. */
export function sizedUnmapRequest(
  domain: number,
  address: bigint,
  size: bigint,
  reserved = 0,
): Uint8Array {
  return pack([...head(UNMAP), [4, domain], [8, address], [8, size], [4, reserved]]);
}

/** v0.4 has `address_space` for domain and `device` for endpoint; no byte differs. */
const SIZED_REQUESTS: DraftRequests = {
  attach: (domain, endpoint, reserved = 0) =>
    pack([...head(ATTACH), [4, domain], [4, endpoint], [4, reserved]]),
  detach: (_domain, endpoint, reserved = 0) =>
    pack([...head(DETACH), [4, endpoint], [4, reserved]]),
  map: (domain, mapping) =>
    sizedMapRequest(domain, mapping.start, mapping.end - mapping.start + 1n, mapping),
  unmap: (domain, start, end, reserved) =>
    sizedUnmapRequest(domain, start, end - start + 1n, reserved),
  probe,
};

const RANGED_REQUESTS: DraftRequests = {
  attach: (domain, endpoint, reserved = 0) =>
    pack([...head(ATTACH), [4, domain], [4, endpoint], [8, reserved]]),
  detach: (domain, endpoint, reserved = 0) =>
    pack([...head(DETACH), [4, domain], [4, endpoint], [8, reserved]]),
  map: (domain, { start, end, physical, flags }) =>
    pack([...head(MAP), [4, domain], [8, start], [8, end], [8, physical], [4, flags]]),
  unmap: (domain, start, end, reserved = 0) =>
    pack([...head(UNMAP), [4, domain], [8, start], [8, end], [4, reserved]]),
  probe,
};

export const DRAFT_REQUESTS: Readonly<Record<DraftName, DraftRequests>> = {
  'v0.4': SIZED_REQUESTS,
  'v0.5': SIZED_REQUESTS,
  'v0.9': RANGED_REQUESTS,
};
