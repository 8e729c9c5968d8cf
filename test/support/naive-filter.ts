// What a filter lets through, the plain way: one event at a time, as an object, with all that went before walked anew. The
// oracle for the filter that looks at columns; they share the tree and nothing else.

import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { Task } from '../../src/trace/record/who.ts';
import type { Expression, Filter, Item, Operator } from '../../src/trace/filter/filter-ast.ts';

const LAST = 0xffff_ffff_ffff_ffffn;
const KINDS: Readonly<Record<string, string>> = {
  attach: 'attached',
  detach: 'detached',
  map: 'mapped',
  unmap: 'unmapped',
  probe: 'probed',
  fault: 'faulted',
  'bus-master': 'master-changed',
};
const CODES: Readonly<Record<string, readonly string[]>> = {
  status: ['ok', 'ioerr', 'unsupp', 'deverr', 'inval', 'range', 'noent', 'fault', 'nomem'],
  reason: ['unknown', 'domain', 'mapping'],
};
const FLAGS: Readonly<Record<string, number>> = { read: 1, write: 2, mmio: 4, address: 0x100 };

interface Range {
  readonly start: bigint;
  readonly end: bigint;
}
type Fact = readonly Range[] | string;

/** An event with what is known around it. */
export interface Subject {
  readonly event: IommuEvent;
  readonly timeNs: bigint;
  readonly instructions: number;
  readonly task: Task | null;
  readonly symbols: readonly string[];
  /** Endpoints by domain at this moment. */
  readonly attached: ReadonlyMap<number, number>;
  readonly record: IommuRecord;
}

/** The sequences that a filter lets through. */
export function naiveSelect(
  filter: Filter,
  record: IommuRecord,
  symbolize: (address: number) => string,
): readonly number[] {
  const attached = new Map<number, number>();
  const found: number[] = [];
  for (let sequence = record.firstSequence; sequence <= record.lastSequence; sequence += 1) {
    const recorded = record.event(sequence);
    if (recorded === undefined) continue;
    const { event, timeMs, instructions } = recorded;
    const { task, stack } = record.who(sequence);
    const subject: Subject = {
      event,
      timeNs: BigInt(Math.round(timeMs * 100_000)) * 10n,
      instructions,
      task,
      symbols: [...(stack?.addresses ?? [])].map(symbolize),
      attached: new Map(attached),
      record,
    };
    if (filter === null || holds(filter, subject)) found.push(sequence);
    follow(attached, event);
  }
  return found;
}

function follow(attached: Map<number, number>, event: IommuEvent): void {
  if (event.kind === 'attached' && event.status === 0) attached.set(event.endpoint, event.domain);
  if (event.kind === 'detached' && event.status === 0) attached.delete(event.endpoint);
  if (event.kind === 'faulted') {
    if (event.domain === null) attached.delete(event.endpoint);
    else attached.set(event.endpoint, event.domain);
  }
  if (['reset', 'system-reset', 'power-cycled'].includes(event.kind)) attached.clear();
}

function holds(expression: Expression, subject: Subject): boolean {
  const { event } = subject;
  switch (expression.type) {
    case 'all':
      return expression.terms.every((term) => holds(term, subject));
    case 'any':
      return expression.terms.some((term) => holds(term, subject));
    case 'not':
      return !holds(expression.term, subject);
    case 'by': {
      const parts = expression.symbol.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
      const pattern = new RegExp(`^${parts.join('.*')}$`);
      return subject.symbols.some(
        (symbol) => pattern.test(symbol) || pattern.test(symbol.split('.')[0] ?? ''),
      );
    }
    case 'has':
      return hasFlag(expression.flag, event);
    case 'claim':
      return isSo(expression.field, subject);
    case 'comparison':
      return compares(expression.field, expression.operator, [expression.value], subject);
    case 'membership':
      return compares(expression.field, '==', expression.items, subject);
  }
}

function hasFlag(flag: string, event: IommuEvent): boolean {
  if (flag === 'bypass') return event.kind === 'attached' && (event.flags & 1) !== 0;
  const isOfFault = flag !== 'mmio' && event.kind === 'faulted';
  const isOfMap = flag !== 'address' && event.kind === 'mapped';
  return (isOfFault || isOfMap) && (event.flags & (FLAGS[flag] ?? 0)) !== 0;
}

function isSo(claim: string, { event, task }: Subject): boolean {
  if (claim === 'interrupted') return task?.isInterrupted === true;
  if (claim === 'reported') return event.kind === 'faulted' && event.isReported;
  if (claim === 'ring') return event.kind === 'faulted' && event.isRing;
  return event.kind === 'ignored' || ('status' in event && event.status !== 0);
}

function compares(
  field: string,
  operator: Operator,
  items: readonly Item[],
  subject: Subject,
): boolean {
  const facts = factOf(field, subject);
  if (facts.length === 0) return false;
  const isHit = items.some((item) => meets(field, operator, item, facts, subject));
  return isHit !== (operator === '!=');
}

function meets(
  field: string,
  operator: Operator,
  item: Item,
  facts: readonly Fact[],
  { record }: Subject,
): boolean {
  if (item.type === 'text') {
    if (field === 'endpoint') {
      const named = record.head.endpoints.filter(({ name }) => name === item.text);
      return named.some(({ id }) => overlaps(facts, BigInt(id), BigInt(id)));
    }
    return facts.some((fact) =>
      operator === '~'
        ? typeof fact === 'string' && fact.toLowerCase().includes(item.text.toLowerCase())
        : fact === item.text,
    );
  }
  if (item.type === 'name') {
    const code = CODES[field]?.indexOf(item.name);
    if (code === undefined) return facts.includes(KINDS[item.name] ?? item.name);
    return overlaps(facts, BigInt(code), BigInt(code));
  }
  if (item.type === 'range') return overlaps(facts, item.start, item.end);
  const { value } = item;
  if (operator === '<') return value > 0n && overlaps(facts, 0n, value - 1n);
  if (operator === '<=') return overlaps(facts, 0n, value);
  if (operator === '>') return overlaps(facts, value + 1n, 1n << 70n);
  if (operator === '>=') return overlaps(facts, value, 1n << 70n);
  return overlaps(facts, value, value);
}

function overlaps(facts: readonly Fact[], start: bigint, end: bigint): boolean {
  return facts.some(
    (fact) =>
      typeof fact !== 'string' && fact.some((each) => each.start <= end && each.end >= start),
  );
}

function number(value: number | bigint): readonly Fact[] {
  return [[{ start: BigInt(value), end: BigInt(value) }]];
}

function extent(start: bigint, length: bigint): readonly Fact[] {
  const end = length > 0n ? start + length - 1n : start;
  return [[{ start, end: end > LAST ? LAST : end }]];
}

/** What an event has of a field: nothing, texts, or ranges. */
function factOf(
  field: string,
  { event, timeNs, instructions, task, attached }: Subject,
): readonly Fact[] {
  switch (field) {
    case 'kind':
      return [event.kind];
    case 'sequence':
      return number(event.sequence);
    case 'time':
      return number(timeNs);
    case 'instructions':
      return number(instructions);
    case 'task':
      return task === null ? [] : [task.comm];
    case 'pid':
      return task === null ? [] : number(task.pid);
    case 'status':
      return event.kind !== 'faulted' && 'status' in event && event.status !== null
        ? number(event.status)
        : [];
    case 'reason':
      return event.kind === 'faulted' ? number(event.reason) : [];
    case 'flags':
      return 'flags' in event ? number(event.flags) : [];
    case 'removed':
      return event.kind === 'unmapped' ? number(event.removed) : [];
    case 'domain':
      return 'domain' in event && event.domain !== null ? number(event.domain) : [];
    case 'endpoint':
      if ('endpoint' in event) return number(event.endpoint);
      if (event.kind !== 'mapped' && event.kind !== 'unmapped') return [];
      return [...attached].flatMap(([endpoint, domain]) =>
        domain === event.domain ? number(endpoint) : [],
      );
    default:
      return addressOf(field, event);
  }
}

function addressOf(field: string, event: IommuEvent): readonly Fact[] {
  if (event.kind === 'faulted') {
    if (field === 'length') return number(event.length);
    return field === 'iova' ? extent(event.start, BigInt(event.length)) : [];
  }
  if (event.kind !== 'mapped' && event.kind !== 'unmapped') return [];
  const { virtStart, virtEnd } = event;
  const length = virtEnd < virtStart ? 0n : virtEnd - virtStart + 1n;
  if (field === 'length') return number(length);
  if (field === 'iova') return extent(virtStart, length);
  return field === 'gpa' && event.kind === 'mapped' ? extent(event.physStart, length) : [];
}
