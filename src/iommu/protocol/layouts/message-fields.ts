// A recorded message, field by field: what a driver asked, what the device answered, what it reported of a fault.

import { requestType } from '../codec.ts';
import type { DialectName } from '../dialect.ts';
import { VIRTIO_IOMMU_PROBE_T_RESV_MEM, VIRTIO_IOMMU_T_PROBE } from '../protocol.ts';
import { V04_LAYOUTS, V05_LAYOUTS, V09_LAYOUTS } from './draft-layouts.ts';
import type { DialectLayouts, FieldLayout, Layout } from './layout.ts';
import { RELEASED_LAYOUTS } from './released-layouts.ts';

const LAYOUTS: Readonly<Record<DialectName, DialectLayouts>> = {
  '1.2': RELEASED_LAYOUTS,
  'v0.4': V04_LAYOUTS,
  'v0.5': V05_LAYOUTS,
  'v0.9': V09_LAYOUTS,
};

/** The type of a property is in its lower bits (virtio 1.2, 5.13.6.7). */
const PROPERTY_TYPE_MASK = 0xfff;

export function layoutsOf(dialect: DialectName): DialectLayouts {
  return LAYOUTS[dialect];
}

/** A field at its place in a message. */
export interface MessageField extends FieldLayout {
  /** The structure that it belongs to. */
  readonly layout: Layout;
  /** Its number; null for a field of bytes, and where bytes of it are not there. */
  readonly value: bigint | null;
}

/** The device-readable part: what stands behind a request's own fields belongs to none. */
export function requestFields(dialect: DialectName, readable: Uint8Array): readonly MessageField[] {
  const { requests, head } = layoutsOf(dialect);
  const layout = requests.get(requestType(viewOf(readable))) ?? head;
  return fieldsAt(readable, layout, 0);
}

/**
 * What the device wrote into the writable part, for a request of a type: the tail, which ends it, and before it the properties
 * of PROBE. Zeros behind the last property belong to none.
 */
export function replyFields(
  dialect: DialectName,
  type: number,
  written: Uint8Array,
): readonly MessageField[] {
  const layouts = layoutsOf(dialect);
  const end = written.length - layouts.tail.size;
  if (end < 0) return [];
  const properties = type === VIRTIO_IOMMU_T_PROBE ? propertyFields(layouts, written, end) : [];
  return [...properties, ...fieldsAt(written, layouts.tail, end)];
}

/** A fault report; none in a version without an event queue. */
export function faultFields(dialect: DialectName, report: Uint8Array): readonly MessageField[] {
  const { fault } = layoutsOf(dialect);
  return fault === undefined ? [] : fieldsAt(report, fault, 0);
}

/** The properties in the first `end` bytes. */
function propertyFields(
  { propertyHeader, regions }: DialectLayouts,
  written: Uint8Array,
  end: number,
): readonly MessageField[] {
  const fields: MessageField[] = [];
  let at = 0;
  while (at + propertyHeader.size <= end) {
    const header = fieldsAt(written, propertyHeader, at);
    const [type = 0, length = 0] = header.map(({ value }) => Number(value));
    // virtio 1.2, 5.13.6.7: a property of type 0 ends the list
    if (type === 0) break;
    const size = propertyHeader.size + length;
    const isRegion = (type & PROPERTY_TYPE_MASK) === VIRTIO_IOMMU_PROBE_T_RESV_MEM;
    const region = isRegion ? regions.get(size) : undefined;
    const isWhole = at + size <= end;
    fields.push(...(region !== undefined && isWhole ? fieldsAt(written, region, at) : header));
    at += size;
  }
  return fields;
}

function fieldsAt(bytes: Uint8Array, layout: Layout, at: number): readonly MessageField[] {
  return layout.fields.map((field) => {
    const offset = at + field.offset;
    return { ...field, offset, layout, value: valueAt(bytes, field, offset) };
  });
}

function valueAt(bytes: Uint8Array, { type, size }: FieldLayout, offset: number): bigint | null {
  if (offset + size > bytes.length) return null;
  const view = viewOf(bytes);
  switch (type) {
    case 'u8':
      return BigInt(view.getUint8(offset));
    case 'le16':
      return BigInt(view.getUint16(offset, true));
    case 'le32':
      return BigInt(view.getUint32(offset, true));
    case 'le64':
      return view.getBigUint64(offset, true);
    case 'bytes':
      return null;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
