// What a mark out of a file must hold.

import type { Mark } from '../record/marks.ts';
import { isCount, isObject, isWord, type Fields } from './field-checks.ts';

const DOMAIN_COUNTS = ['id', 'translated', 'translatedBytes', 'blocked', 'blockedBytes'];
const ENDPOINT_COUNTS = [...DOMAIN_COUNTS, 'bypassed', 'bypassedBytes'];

function areCounts(values: unknown, names: readonly string[]): boolean {
  return (
    Array.isArray(values) &&
    values.every((each) => isObject(each) && names.every((name) => isCount(each[name])))
  );
}

/** What each kind of mark has beside its place and time. */
const MARK_FIELDS: Readonly<Record<Mark['kind'], (mark: Fields) => boolean>> = {
  console: ({ line }) => typeof line === 'string',
  stage: ({ stage }) => typeof stage === 'string',
  access: ({ endpoint, address, length, access, outcome, isBypass, fault }) =>
    isCount(endpoint) &&
    isWord(address) &&
    isCount(length) &&
    (access === 'read' || access === 'write') &&
    ['completed', 'blocked', 'no-memory', 'no-master'].includes(String(outcome)) &&
    typeof isBypass === 'boolean' &&
    (fault === null || isCount(fault)),
  doorbell: ({ endpoint, address, data }) => isCount(endpoint) && isWord(address) && isCount(data),
  notification: ({ endpoint, queue, count }) =>
    (endpoint === null || isCount(endpoint)) && isCount(queue) && isCount(count),
  sample: ({ endpoint, address, length, access, isRing }) =>
    isCount(endpoint) &&
    isWord(address) &&
    isCount(length) &&
    (access === 'read' || access === 'write') &&
    typeof isRing === 'boolean',
  counters: ({ endpoints, domains }) =>
    areCounts(endpoints, ENDPOINT_COUNTS) && areCounts(domains, DOMAIN_COUNTS),
  power: ({ what }) => ['halted', 'powered-off', 'crashed'].includes(String(what)),
  'gone-to': ({ from }) => isCount(from),
  gap: ({ events }) => isCount(events),
};

const CHECKS: ReadonlyMap<string, (mark: Fields) => boolean> = new Map(Object.entries(MARK_FIELDS));

function hasPlace(value: unknown): value is Fields {
  return (
    isObject(value) &&
    isCount(value['sequence']) &&
    Number.isFinite(value['timeMs']) &&
    isCount(value['instructions']) &&
    (value['who'] === undefined || isCount(value['who']))
  );
}

/** Whether it is a mark of a kind that is known here. */
export function isMark(value: unknown): value is Mark {
  return hasPlace(value) && CHECKS.get(String(value['kind']))?.(value) === true;
}

/** Whether it is a mark of a kind that a later version may have: it has a place, and nothing else is known of it. */
export function isStrangeMark(value: unknown): boolean {
  return hasPlace(value) && typeof value['kind'] === 'string' && !CHECKS.has(value['kind']);
}
