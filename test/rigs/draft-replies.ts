// What drivers of the drafts read: configuration space, RESV_MEM properties, fault reports. Numbers of their own.

import type { DraftName } from './draft-requests.ts';
import { PackedReader } from './packed-fields.ts';

/** The configuration space; fields that a draft's device does not have are 0. */
export interface DraftConfig {
  readonly pageSizeMask: bigint;
  readonly inputStart: bigint;
  readonly inputEnd: bigint;
  /** v0.4: ioasid_bits. */
  readonly domainBits: number;
  readonly probeSize: number;
}

export function readDraftConfig(bytes: Uint8Array): DraftConfig {
  const reader = new PackedReader(bytes);
  const fields = {
    pageSizeMask: reader.u64(),
    inputStart: reader.u64(),
    inputEnd: reader.u64(),
    domainBits: reader.u8(),
  };
  if (reader.remaining === 0) return { ...fields, probeSize: 0 };
  reader.zeros(3);
  return { ...fields, probeSize: reader.u32() };
}

/** A reserved region as PROBE told of it, inclusive; `flags` is null where the property has none. */
export interface DraftRegion {
  readonly subtype: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly flags: number | null;
}

const RESV_MEM = 1;

/** The regions in a PROBE reply's properties; throws for anything that the draft does not describe. */
export function readDraftRegions(draft: DraftName, properties: Uint8Array): readonly DraftRegion[] {
  const reader = new PackedReader(properties);
  const regions: DraftRegion[] = [];
  while (reader.remaining >= 4) {
    const type = reader.u16();
    const length = reader.u16();
    if (type === 0) {
      reader.zeros(reader.remaining);
      break;
    }
    if (type !== RESV_MEM) throw new Error(`property of type ${type}`);
    regions.push(readRegion(draft, reader.take(length)));
  }
  return regions;
}

function readRegion(draft: DraftName, value: PackedReader): DraftRegion {
  const subtype = value.u8();
  value.zeros(3);
  const start = value.u64();
  const endOrSize = value.u64();
  const end = draft === 'v0.9' ? endOrSize : start + endOrSize - 1n;
  if (value.remaining === 0) return { subtype, start, end, flags: null };
  const flags = value.u32();
  if (draft !== 'v0.4') value.zeros(4);
  if (value.remaining > 0) throw new Error(`${value.remaining} bytes too many in a property`);
  return { subtype, start, end, flags };
}

/** A fault report; `flags`: READ 1, WRITE 2, ADDRESS 0x100. */
export interface DraftFault {
  readonly reason: number;
  readonly flags: number;
  readonly endpoint: number;
  readonly address: bigint;
}

/** Bytes of an event buffer; 0 where there is no event queue. */
export const DRAFT_FAULT_SIZES: Readonly<Record<DraftName, number>> = {
  'v0.4': 0,
  'v0.5': 20,
  'v0.9': 24,
};

export function readDraftFault(draft: DraftName, bytes: Uint8Array): DraftFault {
  const reader = new PackedReader(bytes);
  const reason = reader.u8();
  reader.zeros(3);
  const flags = reader.u32();
  const endpoint = reader.u32();
  if (draft === 'v0.9') reader.zeros(4);
  return { reason, flags, endpoint, address: reader.u64() };
}
