// One line of JSON -> one operation of `viommu device`, with a sentence for every mistake.

import {
  ACCESS_READ,
  ACCESS_WRITE,
  MAX_TRANSLATE_LENGTH,
  type Access,
} from '../../iommu/store/mapping-store.ts';
import { LineError, LineFields, quote, suggest, type LineForm } from './line-fields.ts';

/** What a line asks for. */
export type DeviceOperation =
  | {
      readonly op: 'request';
      /** The device-readable part, cut into descriptors. */
      readonly readable: readonly Uint8Array[];
      /** Lengths in bytes of the descriptors of the device-writable part. */
      readonly writable: readonly number[];
      /** Descriptors before the indirect table; undefined without a table. */
      readonly direct: number | undefined;
    }
  | {
      readonly op: 'dma';
      readonly endpoint: number;
      readonly address: bigint;
      readonly length: number;
      readonly access: Access;
    }
  | { readonly op: 'event'; readonly writable: readonly number[] }
  | { readonly op: 'config' }
  | {
      readonly op: 'config-write';
      readonly offset: number;
      readonly width: 1 | 2 | 4;
      readonly value: number;
    }
  | { readonly op: 'reset' }
  | { readonly op: 'system-reset' }
  | { readonly op: 'state' };

type OperationName = DeviceOperation['op'];

interface OperationForm extends LineForm {
  read(fields: LineFields): DeviceOperation;
}

const FORMS: Readonly<Record<OperationName, OperationForm>> = {
  request: {
    names: ['op', 'bytes', 'writable', 'readableFraming', 'writableFraming', 'indirect'],
    example: '{"op":"request","bytes":"0100000001000000080000000000000000000000","writable":4}',
    read: readRequest,
  },
  dma: {
    names: ['op', 'endpoint', 'address', 'length', 'access'],
    example: '{"op":"dma","endpoint":8,"address":"0x1200","length":16,"access":"read"}',
    read: readDma,
  },
  event: {
    names: ['op', 'length', 'framing'],
    example: '{"op":"event","length":24,"framing":[3,7,14]}',
    read: (fields) => {
      const writable = fields.framing('framing', fields.small('length'));
      return { op: 'event', writable: writable.length === 0 ? [0] : writable };
    },
  },
  config: { names: ['op'], example: '{"op":"config"}', read: () => ({ op: 'config' }) },
  'config-write': {
    names: ['op', 'offset', 'bytes'],
    example: '{"op":"config-write","offset":36,"bytes":"01"}',
    read: readConfigWrite,
  },
  reset: { names: ['op'], example: '{"op":"reset"}', read: () => ({ op: 'reset' }) },
  'system-reset': {
    names: ['op'],
    example: '{"op":"system-reset"}',
    read: () => ({ op: 'system-reset' }),
  },
  state: { names: ['op'], example: '{"op":"state"}', read: () => ({ op: 'state' }) },
};
const NAMES = Object.keys(FORMS);

/** Bytes of the register window behind the start of the configuration space. */
const CONFIG_WINDOW = 0xf00;

/** The operation of a line. Throws `LineError`. */
export function parseDeviceLine(line: string): DeviceOperation {
  const values = new Map<string, unknown>(Object.entries(parseObject(line)));
  const op = values.get('op');
  if (typeof op === 'string' && isOperation(op)) {
    return FORMS[op].read(new LineFields(values, FORMS[op]));
  }
  const problem =
    typeof op === 'string'
      ? `There is no operation ${quote(op)}.${suggest(op, NAMES)}`
      : `"op" names the operation, and it is ${quote(op)} here.`;
  throw new LineError(`${problem} There are: ${NAMES.join(', ')}.`);
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(FORMS, name);
}

function parseObject(line: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LineError(`The line is not JSON: ${reason}. Example: ${FORMS.config.example}`, {
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new LineError(`A line is one JSON object, not ${quote(value)}. ${FORMS.config.example}`);
}

function readRequest(fields: LineFields): DeviceOperation {
  const bytes = fields.bytes('bytes');
  const readable = cut(bytes, fields.framing('readableFraming', bytes.length));
  const writable = fields.framing('writableFraming', fields.small('writable'));
  const count = readable.length + writable.length;
  const indirect = fields.switchOrSmall('indirect') ?? false;
  return {
    op: 'request',
    // A chain has a descriptor, if only an empty one
    readable: count === 0 ? [bytes] : readable,
    writable,
    direct: readDirect(indirect, Math.max(count, 1)),
  };
}

function readDirect(indirect: boolean | number, count: number): number | undefined {
  if (typeof indirect === 'boolean') return indirect ? 0 : undefined;
  if (indirect < count) return indirect;
  throw new LineError(
    `"indirect" is the number of descriptors before the indirect table, and ${indirect} of ${count} leave none for it. Give a smaller number, or true for a table with all of them.`,
  );
}

function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  let from = 0;
  return sizes.map((size) => bytes.subarray(from, (from += size)));
}

function readDma(fields: LineFields): DeviceOperation {
  const length = fields.small('length');
  if (length < 1 || length > MAX_TRANSLATE_LENGTH) {
    throw new LineError(`"length" takes 1 to ${MAX_TRANSLATE_LENGTH} bytes, not ${length}.`);
  }
  const access = fields.choice('access', ['read', 'write']);
  return {
    op: 'dma',
    endpoint: fields.small('endpoint'),
    address: fields.unsigned('address', 64),
    length,
    access: access === 'read' ? ACCESS_READ : ACCESS_WRITE,
  };
}

function readConfigWrite(fields: LineFields): DeviceOperation {
  const offset = fields.small('offset');
  const bytes = fields.bytes('bytes');
  const width = bytes.length;
  if (width !== 1 && width !== 2 && width !== 4) {
    throw new LineError(
      `A register access is 1, 2 or 4 bytes wide, and "bytes" has ${width}. Write a longer field in several lines.`,
    );
  }
  if (offset + width > CONFIG_WINDOW) {
    throw new LineError(
      `"offset" ${offset} lies outside the configuration space's window of ${CONFIG_WINDOW} bytes.`,
    );
  }
  const value = bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
  return { op: 'config-write', offset, width, value };
}
