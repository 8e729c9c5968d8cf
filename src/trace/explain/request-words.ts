// A refused request, with what it asked for.

import type { RequestEvent } from '../../iommu/events/iommu-event.ts';
import { RequestSlots, type Request } from '../../iommu/protocol/request.ts';
import { DIALECT_NAMES, dialectOf } from '../../iommu/protocol/dialects.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import { READABLE_DESCRIPTORS_MAX, WRITABLE_DESCRIPTORS_MAX } from '../record/request-bytes.ts';
import type { Finding } from './explanation.ts';
import type { Scene } from './scene.ts';

/** One check of the device: what it finds wrong; undefined when it lets the request through, or can not be made. */
export interface Check {
  /** The statuses that it refuses with. */
  readonly status: readonly number[];
  readonly find: () => Finding | undefined;
}

const NAMES: Readonly<Record<RequestEvent['kind'], string>> = {
  attached: 'ATTACH',
  detached: 'DETACH',
  mapped: 'MAP',
  unmapped: 'UNMAP',
  probed: 'PROBE',
  ignored: 'The request',
};

/** `ATTACH of virtio-blk to domain 1 was refused`. */
export function refused({ words }: Scene, event: RequestEvent): string {
  const name = NAMES[event.kind];
  switch (event.kind) {
    case 'attached':
      return `${name} of ${words.endpoint(event.endpoint)} to domain ${event.domain} was refused`;
    case 'detached': {
      const from = event.domain === null ? '' : ` from domain ${event.domain}`;
      return `${name} of ${words.endpoint(event.endpoint)}${from} was refused`;
    }
    case 'probed':
      return `${name} of ${words.endpoint(event.endpoint)} was refused`;
    case 'mapped':
    case 'unmapped':
      return `${name} in domain ${event.domain} was refused`;
    case 'ignored':
      return `${name} was refused`;
  }
}

/** `, in 2 readable and 1 writable descriptors,`; nothing where the record does not tell. */
export function framing(record: IommuRecord, sequence: number): string {
  const request = record.request(sequence);
  const parts = [
    [request?.readableDescriptors ?? 0, READABLE_DESCRIPTORS_MAX, 'readable'],
    [request?.writableDescriptors ?? 0, WRITABLE_DESCRIPTORS_MAX, 'writable'],
  ] as const;
  const there = parts.filter(([count]) => count > 0);
  const last = there.at(-1);
  if (last === undefined) return '';
  const words = there.map(([count, most, part]) =>
    count < most ? `${count} ${part}` : `${most} or more ${part}`,
  );
  return `, in ${words.join(' and ')} ${last[0] === 1 ? 'descriptor' : 'descriptors'},`;
}

/** The request as its dialect reads it; undefined where its bytes are not in the record. */
export function decoded(record: IommuRecord, sequence: number): Request | undefined {
  const readable = record.request(sequence)?.readable;
  const name = DIALECT_NAMES.find((each) => each === (record.head.device?.dialect ?? '1.2'));
  if (readable === undefined || name === undefined) return undefined;
  const view = new DataView(readable.buffer, readable.byteOffset, readable.byteLength);
  return dialectOf(name).decodeRequest(view, new RequestSlots());
}

/** Whether reserved bytes that the device looks at are not zero; false where that is not known. */
export function hasReservedBytes(record: IommuRecord, sequence: number): boolean {
  const request = decoded(record, sequence);
  return request !== undefined && 'isReservedZero' in request && !request.isReservedZero;
}

/** The finding of the first check that refuses with that status and finds something wrong. */
export function firstWrong(checks: readonly Check[], status: number): Finding | undefined {
  for (const check of checks) {
    const found = check.status.includes(status) ? check.find() : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
