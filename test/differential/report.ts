// What a run prints: a failure in full, counts at the end.

import { DEVIATIONS } from './deviations.ts';
import { readableOf, writableLength, type Answer, type Operation } from './operation.ts';
import type { Failure, RunCounts } from './run.ts';
import type { StateBefore } from './state-before.ts';
import { readRequest } from './wire-request.ts';

/** What is known at the end of a run. */
export interface RunReport {
  readonly qemu: string;
  readonly seed: number;
  readonly seconds: number;
  readonly counts: RunCounts;
  readonly restarts: number;
  /** Requests whose answers agree or differ in a known way. */
  readonly passed: number;
  /** Unexplained differences, in requests and in configuration accesses. */
  readonly failures: number;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function inHex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'reset':
      return `reset, features ${inHex(operation.features)}`;
    case 'config-read':
      return `read ${operation.width} bytes of configuration at ${operation.offset}`;
    case 'config-write':
      return `write ${inHex(operation.value)} to ${operation.width} bytes of configuration at ${operation.offset}`;
    case 'request': {
      const { readable = [], writable = [], directDescriptors } = operation.chain;
      const bytes = readableOf(operation.chain);
      const { kind, ...fields } = readRequest(bytes);
      const words = Object.entries(fields).map(([name, value]) => `${name}=${inHex(value)}`);
      const cuts = `${readable.map(({ length }) => length).join('+')} readable, ${writable.join('+')} writable`;
      const direct = directDescriptors === undefined ? '' : `, ${directDescriptors} of them direct`;
      return `${kind} ${words.join(' ')} | ${cuts}${direct} | ${hex(bytes)}`;
    }
  }
}

export function describeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'used':
      return `used length ${answer.length}, ${hex(answer.bytes)}`;
    case 'value':
      return inHex(answer.value);
    case 'broken':
      return 'needs a reset';
    case 'died':
      return 'ended or hung';
  }
}

function describeState(state: StateBefore): readonly string[] {
  const domains = [...state.domains].map(([id, { isBypass, endpoints, mappings }]) => {
    const ranges = mappings.map(
      ({ virtStart, virtEnd }) => `${inHex(virtStart)}-${inHex(virtEnd)}`,
    );
    const kind = isBypass ? 'bypass domain' : 'domain';
    return `${kind} ${inHex(id)}: endpoints ${endpoints.map(inHex).join(', ')}; ${ranges.join(', ') || 'no mappings'}`;
  });
  return [`features ${inHex(state.features)}, bypass ${state.isBypass ? 1 : 0}`, ...domains];
}

/** Everything one needs to understand, and repeat, a failure. */
export function describeFailure({ seen, history }: Failure): string {
  const { operation, ours, theirs, before } = seen;
  const lines = [
    'An answer differs, and no known deviation explains it.',
    `  request: ${describeOperation(operation)}`,
    ...(operation.kind === 'request'
      ? [`  room:    ${writableLength(operation.chain)} bytes`]
      : []),
    `  ours:    ${describeAnswer(ours)}`,
    `  QEMU:    ${describeAnswer(theirs)}`,
    '  before it, by our device:',
    ...describeState(before).map((line) => `    ${line}`),
    `  since a reset (${history.length}):`,
    ...history.map((each) => `    ${describeOperation(each)}`),
  ];
  return lines.join('\n');
}

function rateOf({ counts, seconds }: RunReport): number {
  return Math.round(counts.requests / seconds);
}

/** For people. */
export function describeRun(report: RunReport): string {
  const { qemu, seed, seconds, counts, restarts } = report;
  const { requests, configAccesses, resets, resyncs, explained } = counts;
  const rows = DEVIATIONS.map((each) => {
    const count = String(explained.get(each) ?? 0).padStart(7);
    const never = explained.has(each) ? '' : '  (never seen in this run)';
    return `${count}  ${each.kind.padEnd(10)}  ${each.name} [${each.requirements.join(' ')}]${never}`;
  });
  return [
    `${qemu}, seed ${seed}: ${requests} requests in ${seconds.toFixed(1)} s, ${rateOf(report)} per second`,
    `${configAccesses} configuration accesses, ${resets} resets, ${resyncs} re-synchronisations, ${restarts} restarts of QEMU`,
    ...rows,
    '',
  ].join('\n');
}

/** For programs: one line. */
export function jsonOfRun(report: RunReport): string {
  const { counts, passed, failures, ...rest } = report;
  const { explained, answers, ...numbers } = counts;
  return JSON.stringify({
    ...rest,
    perSecond: rateOf(report),
    ...numbers,
    answers: Object.fromEntries(answers),
    explained: Object.fromEntries(DEVIATIONS.map((each) => [each.name, explained.get(each) ?? 0])),
    passed,
    failed: failures,
  });
}
