// The fields of the filter language: one table for the checker, the printer, the compiler and the completion.

import type { RecordFacts } from '../record/head.ts';
import type { Operator } from './filter-ast.ts';
import { EVENT_NAMES, FLAG_NAMES, MARK_NAMES, REASON_NAMES, STATUS_VALUES } from './names.ts';

/**
 * What a field holds: a plain number, a number of bytes, an address (or a range of them, which matches where it overlaps), a
 * time, one of a few names, an endpoint by number or name, a text, bits with names, or whether something is so.
 */
export type FieldType =
  | 'number'
  | 'size'
  | 'address'
  | 'time'
  | 'name'
  | 'endpoint'
  | 'text'
  | 'flags'
  | 'claim';

export interface Field {
  readonly type: FieldType;
  /** In a few words, and which events have it. */
  readonly about: string;
  /** The names of a field of type `name` or `flags`. */
  readonly names?: readonly string[];
  /** Other spellings, by the name they stand for. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Whether a number can stand for a name. */
  readonly isNumbered?: boolean;
  /** What a record must tell for this field to mean anything. */
  readonly fact?: keyof RecordFacts;
}

const KIND_ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries(EVENT_NAMES).map(([name, word]) => [word, name]),
);

const TABLE: Readonly<Record<string, Field>> = {
  kind: {
    type: 'name',
    about: 'what happened',
    names: [...Object.keys(EVENT_NAMES), ...MARK_NAMES],
    aliases: KIND_ALIASES,
  },
  endpoint: {
    type: 'endpoint',
    about: 'endpoint, by name or number; of MAP and UNMAP each that is attached to the domain',
    fact: 'endpoints',
  },
  domain: { type: 'number', about: 'domain of ATTACH, DETACH, MAP, UNMAP and of a fault' },
  iova: { type: 'address', about: 'range of MAP and UNMAP; of a fault the bytes of its access' },
  gpa: { type: 'address', about: 'guest-physical range of MAP' },
  length: { type: 'size', about: 'bytes of MAP and UNMAP, and of the access that faulted' },
  status: {
    type: 'name',
    about: 'status of a request',
    names: Object.keys(STATUS_VALUES),
    isNumbered: true,
    fact: 'status',
  },
  reason: {
    type: 'name',
    about: 'reason of a fault',
    names: Object.keys(REASON_NAMES),
    isNumbered: true,
  },
  flags: {
    type: 'flags',
    about: 'flags of ATTACH, MAP and faults',
    names: Object.keys(FLAG_NAMES),
  },
  removed: { type: 'number', about: 'mappings that an UNMAP removed' },
  refused: {
    type: 'claim',
    about: 'a request that failed, or went back unwritten',
    fact: 'status',
  },
  reported: { type: 'claim', about: 'a fault that the driver got a report of' },
  ring: {
    type: 'claim',
    about: 'a fault of an access to a ring or a table of descriptors',
    fact: 'accesses',
  },
  task: { type: 'text', about: 'name of the current task of the guest', fact: 'who' },
  pid: { type: 'number', about: 'number of that task', fact: 'who' },
  interrupted: {
    type: 'claim',
    about: 'that task was only interrupted: the work is not its own',
    fact: 'who',
  },
  sequence: { type: 'number', about: 'number of the event; of a mark that of the event before' },
  time: { type: 'time', about: 'guest time since the machine was built', fact: 'times' },
  instructions: {
    type: 'number',
    about: 'instructions of the guest since power on',
    fact: 'instructions',
  },
  console: { type: 'text', about: 'a line on the console; marks only' },
};

export const FIELDS: ReadonlyMap<string, Field> = new Map(Object.entries(TABLE));

/** The functions there are, with what they tell. */
export const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['by', 'a kernel function is on the stack; * stands for any characters'],
]);

const ORDERED: readonly Operator[] = ['==', '!=', '<', '<=', '>', '>='];
const EQUAL: readonly Operator[] = ['==', '!='];

/** Operators that a field of this type can be compared with. */
export const OPERATORS: Readonly<Record<FieldType, readonly Operator[]>> = {
  number: ORDERED,
  size: ORDERED,
  address: ORDERED,
  time: ORDERED,
  name: EQUAL,
  endpoint: EQUAL,
  text: [...EQUAL, '~'],
  flags: EQUAL,
  claim: [],
};

/** Whether `in` can follow a field of this type. */
export function takesSet(type: FieldType): boolean {
  return type !== 'claim' && type !== 'flags';
}
