// How bytes on the wire are divided into fields: for reading a recorded message field by field. The device itself reads with
// the codec of its dialect; a property holds both together.

import type { DialectName } from '../dialect.ts';

/** How a field is read: `bytes` has no value, as nothing is to be read there. */
export type FieldType = 'u8' | 'le16' | 'le32' | 'le64' | 'bytes';

/** What a number in a field means. */
export type FieldMeaning =
  | 'request-type'
  | 'reserved'
  | 'domain'
  | 'endpoint'
  | 'iova'
  | 'gpa'
  | 'length'
  | 'flags'
  | 'status'
  | 'property-type'
  | 'region-kind'
  | 'fault-reason';

export interface FieldLayout {
  /** The structure and the field: `map.virt_start`, `head.type`. */
  readonly key: string;
  /** As the specification or the draft spells it. */
  readonly name: string;
  /** From the start of the structure, in bytes. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
  readonly type: FieldType;
  readonly meaning: FieldMeaning;
  /** Names of the bits of a field of flags. */
  readonly bits: ReadonlyMap<number, string>;
}

/** A structure: its fields follow one another and leave no byte out. */
export interface Layout {
  /** `map`, `tail`, `fault`. */
  readonly name: string;
  /** Where it is told of: `virtio 1.2, 5.13.6.5`, or `draft v0.5`. */
  readonly clause: string;
  /** In bytes. */
  readonly size: number;
  readonly fields: readonly FieldLayout[];
}

/** All structures of one version of the protocol. */
export interface DialectLayouts {
  readonly dialect: DialectName;
  /** The device-readable part of a request, by its type; without any other reserved bytes behind. */
  readonly requests: ReadonlyMap<number, Layout>;
  /** Of a request of unknown type, and of one that is too short. */
  readonly head: Layout;
  readonly tail: Layout;
  /** What opens each property of a PROBE reply. */
  readonly propertyHeader: Layout;
  /** A RESV_MEM property behind its header's start, by its whole size in bytes. */
  readonly regions: ReadonlyMap<number, Layout>;
  /** Undefined in a version without an event queue. */
  readonly fault: Layout | undefined;
}

const SIZES: Readonly<Record<Exclude<FieldType, 'bytes'>, number>> = {
  u8: 1,
  le16: 2,
  le32: 4,
  le64: 8,
};

const NO_BITS: ReadonlyMap<number, string> = new Map();

/** A field to be put into a layout: its name, where it begins, how it is read, what it means, and the names of its bits. */
export type FieldSpec = readonly [
  name: string,
  offset: number,
  type: FieldType,
  meaning: FieldMeaning,
  bits?: ReadonlyMap<number, string>,
];

/** A structure of `size` bytes; `bytes` reach up to the next field. `owner` gives a field's key another first word. */
export function layoutOf(
  name: string,
  clause: string,
  size: number,
  specs: readonly FieldSpec[],
  ownerOf: (name: string, offset: number) => string = () => name,
): Layout {
  const fields = specs.map(([field, offset, type, meaning, bits = NO_BITS], index): FieldLayout => {
    const next = specs[index + 1]?.[1] ?? size;
    return {
      key: `${ownerOf(field, offset)}.${field}`,
      name: field,
      offset,
      size: type === 'bytes' ? next - offset : SIZES[type],
      type,
      meaning,
      bits,
    };
  });
  return { name, clause, size, fields };
}
