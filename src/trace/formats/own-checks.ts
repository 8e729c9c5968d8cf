// What a trace's frames must hold: a file may have been made by anybody.

import { EVENT_BYTES, EventColumns } from '../record/event-columns.ts';
import { EVENT_KINDS } from '../record/event-kinds.ts';
import type { RecordBatch } from '../record/batch.ts';
import { isCount, isObject, isWord } from './field-checks.ts';
import { isMark, isStrangeMark } from './mark-checks.ts';
import type { TraceStart } from './own-format.ts';

/** Events of one batch at most. */
const MAX_EVENTS = 1 << 17;

function isRange(value: unknown, isBound: (bound: unknown) => boolean): boolean {
  return isObject(value) && isBound(value['start']) && isBound(value['end']);
}

function isRegion(value: unknown): boolean {
  return (
    isObject(value) &&
    ['reserved', 'msi', 'identity'].includes(String(value['kind'])) &&
    isRange(value, isWord)
  );
}

function isEndpoint(value: unknown): boolean {
  return (
    isObject(value) &&
    isCount(value['id']) &&
    typeof value['name'] === 'string' &&
    Array.isArray(value['reserved']) &&
    value['reserved'].every(isRegion) &&
    (value['isMaster'] === undefined || typeof value['isMaster'] === 'boolean')
  );
}

function areLimits(value: unknown): boolean {
  return isObject(value) && isCount(value['maxDomains']) && isCount(value['maxMappings']);
}

function isDevice(value: unknown): boolean {
  return (
    isObject(value) &&
    isWord(value['features']) &&
    isWord(value['pageSizeMask']) &&
    isRange(value['inputRange'], isWord) &&
    isRange(value['domainRange'], isCount) &&
    isCount(value['probeSize']) &&
    typeof value['isBootBypass'] === 'boolean' &&
    ['allow', 'reject', 'per-endpoint'].includes(String(value['identityPolicy'])) &&
    typeof value['dialect'] === 'string' &&
    (value['limits'] === undefined || areLimits(value['limits']))
  );
}

const FACTS = ['status', 'domains', 'endpoints', 'requests', 'who', 'times', 'instructions'];

function isHead(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { source, endpoints, device, memoryBytes, kernel, facts } = value;
  return (
    ['viommu', 'qemu', 'ftrace', 'json-lines'].includes(String(source)) &&
    Array.isArray(endpoints) &&
    endpoints.every(isEndpoint) &&
    (device === null || isDevice(device)) &&
    (memoryBytes === null || isCount(memoryBytes)) &&
    (kernel === null || typeof kernel === 'string') &&
    isObject(facts) &&
    FACTS.every((fact) => typeof facts[fact] === 'boolean')
  );
}

function isMapping(value: unknown): boolean {
  return (
    isObject(value) &&
    isCount(value['domain']) &&
    isCount(value['flags']) &&
    isWord(value['virtStart']) &&
    isWord(value['virtEnd']) &&
    isWord(value['physStart']) &&
    (value['born'] === null || isCount(value['born']))
  );
}

function isAttachment(value: unknown): boolean {
  if (!isObject(value) || !isCount(value['endpoint'])) return false;
  const { domain } = value;
  return (
    domain === null ||
    (isObject(domain) && isCount(domain['id']) && typeof domain['isBypass'] === 'boolean')
  );
}

function isMastering(value: unknown): boolean {
  if (!isObject(value) || !isCount(value['endpoint'])) return false;
  return value['isMaster'] === null || typeof value['isMaster'] === 'boolean';
}

function isKeyframe(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { sequence, isBypass, features, missing, attachments, masters, mappings } = value;
  return (
    isCount(sequence) &&
    (isBypass === null || typeof isBypass === 'boolean') &&
    (features === null || isWord(features)) &&
    (missing === null || (isObject(missing) && isCount(missing['before']))) &&
    Array.isArray(attachments) &&
    attachments.every(isAttachment) &&
    (masters === undefined || (Array.isArray(masters) && masters.every(isMastering))) &&
    Array.isArray(mappings) &&
    mappings.every(isMapping)
  );
}

/** Whether it is what a trace begins with. */
export function isStart(value: unknown): value is TraceStart {
  if (!isObject(value)) return false;
  return isHead(value['head']) && (value['keyframe'] === null || isKeyframe(value['keyframe']));
}

function isTask(value: unknown): boolean {
  return (
    isObject(value) &&
    isCount(value['pid']) &&
    isCount(value['tgid']) &&
    typeof value['comm'] === 'string' &&
    typeof value['isInterrupted'] === 'boolean'
  );
}

function isStack(value: unknown): boolean {
  return (
    isObject(value) &&
    value['addresses'] instanceof Uint32Array &&
    typeof value['isInnermostCertain'] === 'boolean'
  );
}

function areColumns(count: number, buffer: ArrayBuffer): boolean {
  if (count > MAX_EVENTS || buffer.byteLength !== EVENT_BYTES * count) return false;
  return new EventColumns(count, buffer).kind.every((kind) => kind < EVENT_KINDS.length);
}

function isFunction(value: unknown): boolean {
  return isObject(value) && isCount(value['address']) && typeof value['name'] === 'string';
}

/** Whether it is a batch of a record, but for marks of kinds that are not known here. */
export function isBatch(value: unknown): value is RecordBatch {
  if (!isObject(value) || !isObject(value['newcomers'])) return false;
  const { firstSequence, count, baseMs, baseInstructions, columns, requests, marks } = value;
  const { functions = [] } = value;
  const { tasks, stacks } = value['newcomers'];
  return (
    isCount(firstSequence) &&
    isCount(count) &&
    Number.isFinite(baseMs) &&
    isCount(baseInstructions) &&
    columns instanceof ArrayBuffer &&
    areColumns(count, columns) &&
    requests instanceof ArrayBuffer &&
    Array.isArray(marks) &&
    marks.every((mark) => isMark(mark) || isStrangeMark(mark)) &&
    Array.isArray(tasks) &&
    tasks.every(isTask) &&
    Array.isArray(stacks) &&
    stacks.every(isStack) &&
    Array.isArray(functions) &&
    functions.every(isFunction)
  );
}
