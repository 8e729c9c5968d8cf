// Explains what the device refused: every fault and every refused request of a record, and every access by hand that
// reached no memory. An answer never guesses; where the record does not tell enough, it says what is missing.

import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { Mark } from '../record/marks.ts';
import type { Who } from '../record/who.ts';
import type { History } from '../replay/history.ts';
import { clauseOf } from './causes.ts';
import { explainAccess, isLost } from './explain-access.ts';
import { explainFault } from './explain-fault.ts';
import { explainRefusal, isRefused } from './explain-request.ts';
import type { Culprit, Explanation, Finding } from './explanation.ts';
import { isKind } from './past-events.ts';
import { notKnownFor, notKnown, type Scene } from './scene.ts';
import { Words } from './words.ts';

/**
 * Why an event was refused; undefined for one that was not, and for one that is not in the record. What came behind the event
 * `until` has no part in it.
 */
export function explain(
  history: History,
  sequence: number,
  until = Infinity,
): Explanation | undefined {
  const { record } = history;
  const event = record.event(sequence)?.event;
  if (event === undefined) return undefined;
  if (event.kind === 'faulted') {
    return explainIn(history, sequence, (scene) => explainFault({ ...scene, until }, event));
  }
  if (!('status' in event) || !record.head.facts.status || !isRefused(event)) return undefined;
  return explainIn(history, sequence, (scene) => explainRefusal(scene, event));
}

/** Why an access by hand reached no memory, though nothing stopped it. */
export function explainMark(history: History, mark: Mark | undefined): Explanation | undefined {
  if (mark === undefined || !isLost(mark)) return undefined;
  return explainIn(history, mark.sequence, (scene) => explainAccess(scene, mark));
}

/** Every explanation that there is, in order, as it is asked for. */
export function* explainAll(history: History): Generator<Explanation> {
  const { record } = history;
  const lost = record.marks.filter(isLost);
  let next = 0;
  for (const sequence of refused(record)) {
    for (; (lost[next]?.sequence ?? Infinity) < sequence; next += 1) {
      yield* present(explainMark(history, lost[next]));
    }
    yield* present(explain(history, sequence));
  }
  for (const mark of lost.slice(next)) yield* present(explainMark(history, mark));
}

/** Sequences of events that were perhaps refused. */
function* refused(record: IommuRecord): Generator<number> {
  for (const chunk of record.chunks) {
    for (let at = 0; at < chunk.count; at += 1) {
      // A fault has its reason there, which may be 0: unknown
      const isOk = chunk.columns.status[at] === VIRTIO_IOMMU_S_OK;
      if (!isOk || isKind(chunk.columns, at, 'faulted')) yield chunk.firstSequence + at;
    }
  }
}

function* present<T>(value: T | undefined): Generator<T> {
  if (value !== undefined) yield value;
}

function explainIn(
  history: History,
  sequence: number,
  find: (scene: Scene) => Finding,
): Explanation {
  const { record } = history;
  const words = new Words(record);
  const moment = history.at(sequence);
  const finding = moment.isKnown
    ? find({ record, history, sequence, moment, words })
    : notKnown(`Why #${sequence} was refused is ${notKnownFor(moment)}.`);
  const { cause, sentence } = finding;
  const evidence = [...new Set(finding.evidence.filter((each) => each !== null))].toSorted(
    (one, other) => one - other,
  );
  const clause = clauseOf(cause, record.event(sequence)?.event.kind);
  return { sequence, cause, sentence, evidence, clause, who: whoOf(history, sequence, evidence) };
}

function whoOf(
  { record }: History,
  sequence: number,
  evidence: readonly number[],
): readonly Culprit[] {
  return [...new Set([sequence, ...evidence])]
    .map((each) => ({ sequence: each, ...record.who(each) }))
    .filter(isAnybody);
}

function isAnybody({ task, stack }: Who): boolean {
  return task !== null || stack !== null;
}
