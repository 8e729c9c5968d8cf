// The second explainer: causes and evidence by going through lists of events again and again. Shares no code with
// `src/trace/explain`, nor with the history that it looks things up in.

import type { CauseId } from '../../../src/trace/explain/causes.ts';
import type { FaultEvent, IommuEvent } from '../../../src/iommu/events/iommu-event.ts';
import { LAST_ADDRESS } from '../naive-numbers.ts';
import { sayingAt } from '../naive-regions.ts';
import {
  earlier,
  eventOf,
  isAccepted,
  isReset,
  mappedIn,
  momentAfter,
  type NaiveHistory,
  type NaiveMoment,
  type Once,
} from './naive-past.ts';

export interface NaiveAnswer {
  readonly cause: CauseId;
  readonly evidence: readonly number[];
}

const LOOK_AHEAD = 4096;
const NEAR = 4096n;

/** Evidence in order, without what is not known and without repetition. */
export function answer(
  cause: CauseId,
  ...evidence: readonly (number | undefined | null)[]
): NaiveAnswer {
  const known = evidence.filter((each) => each !== undefined && each !== null);
  return { cause, evidence: [...new Set(known)].sort((one, other) => one - other) };
}

interface Question {
  readonly history: NaiveHistory;
  readonly fault: FaultEvent;
  readonly now: number;
  readonly moment: NaiveMoment;
  readonly isWrite: boolean;
  readonly last: bigint;
}

export function explainFaultNaively(
  history: NaiveHistory,
  fault: FaultEvent & { readonly sequence: number },
): NaiveAnswer {
  const { sequence: now, start, length } = fault;
  const moment = momentAfter(history, now);
  const isWrite = (fault.flags & 2) !== 0;
  const question = { history, fault, now, moment, isWrite, last: start + BigInt(length) - 1n };
  if (fault.reason === 1) return unattached(question);
  if (question.last > LAST_ADDRESS && fault.address === 0n) return answer('beyond-last-address');
  return region(question) ?? rights(question) ?? unmapped(question, fault.domain ?? -1);
}

/** Events that changed where an endpoint is, newest first. */
export function turns(
  history: NaiveHistory,
  endpoint: number,
  before: number,
): readonly IommuEvent[] {
  return earlier(history, before, (event) => {
    if (event.kind !== 'attached' && event.kind !== 'detached') return isReset(event);
    return event.endpoint === endpoint && isAccepted(event);
  }).map((sequence) => eventOf(history, sequence));
}

function probeOf({ history, now }: Question, endpoint: number): number | undefined {
  return earlier(
    history,
    now,
    (event) => event.kind === 'probed' && event.endpoint === endpoint && isAccepted(event),
  )[0];
}

/** The ATTACH that is an endpoint's latest turn. */
export function attachOf(
  history: NaiveHistory,
  endpoint: number,
  before: number,
): number | undefined {
  const [turn] = turns(history, endpoint, before);
  return turn?.kind === 'attached' ? turn.sequence : undefined;
}

function unattached({ history, fault, now, moment }: Question): NaiveAnswer {
  const [turn, before] = turns(history, fault.endpoint, now);
  if (turn === undefined && history.horizon > 0) return answer('not-known');
  if (turn?.kind === 'detached') return answer('detached', turn.sequence);
  if (turn !== undefined && before?.kind === 'attached') {
    return answer('reset-meanwhile', before.sequence, turn.sequence);
  }
  const since = turn?.sequence;
  const [switched] = earlier(
    history,
    now,
    ({ kind }) => kind === 'bypass-changed' || kind === 'system-reset' || kind === 'power-cycled',
  );
  const isKnown = switched !== undefined || history.horizon === 0;
  if (switched !== undefined && eventOf(history, switched).kind === 'bypass-changed') {
    return answer('bypass-turned-off', since, switched);
  }
  const isStarted = moment.features !== null && moment.features !== 0n;
  return answer(isKnown && !isStarted ? 'boot-bypass-off' : 'never-attached', since);
}

function region(question: Question): NaiveAnswer | undefined {
  const { history, fault, moment, isWrite, now } = question;
  const { address, endpoint } = fault;
  const regionsOf = (id: number) => history.endpoints.find((each) => each.id === id)?.regions ?? [];
  const own = sayingAt(regionsOf(endpoint), address).kind;
  const probe = probeOf(question, endpoint);
  if (own === 'msi' && isWrite) return answer('partly-in-msi-window', probe);
  const refusing = own === 'msi' ? 'msi-window-read' : 'reserved-region';
  const isMapped = fault.domain !== null && !moment.bypassDomains.has(fault.domain);
  if (!isMapped) return own === 'none' || own === 'identity' ? undefined : answer(refusing, probe);
  const members = history.endpoints
    .map(({ id }) => id)
    .filter((id) => moment.attached.get(id) === fault.domain);
  const saying = members.filter((id) => sayingAt(regionsOf(id), address).kind !== 'none');
  const isShared = history.config.identityPolicy !== 'per-endpoint';
  const withIdentity = saying.find(
    (id) => (isShared || id === endpoint) && sayingAt(regionsOf(id), address).kind === 'identity',
  );
  if (withIdentity !== undefined) return answer('identity-right', probeOf(question, withIdentity));
  if (own !== 'none') return answer(refusing, probe);
  const [other] = saying;
  return other === undefined ? undefined : answer('other-region', attachOf(history, other, now));
}

function rights({ fault, moment, isWrite }: Question): NaiveAnswer | undefined {
  const mapping = mappedIn(moment, fault.domain ?? -1).find((each) => holds(each, fault.address));
  if (mapping === undefined) return undefined;
  if ((mapping.flags & 3) === 0) return answer('no-rights', mapping.born);
  return answer(isWrite ? 'read-only' : 'write-only', mapping.born);
}

function holds({ start, end }: Once, address: bigint): boolean {
  return start <= address && address <= end;
}

function unmapped(question: Question, domain: number): NaiveAnswer {
  const { history, fault, now, moment, last } = question;
  const { address, start } = fault;
  const here = mappedIn(moment, domain);
  const trail = turns(history, fault.endpoint, now);
  const leaving = trail.findIndex((turn) => turn.kind !== 'attached' || turn.domain !== domain);
  const stay = leaving < 0 ? trail : trail.slice(0, leaving);
  const isSinceKnown =
    leaving >= 0 || momentAfter(history, history.horizon).attached.get(fault.endpoint) !== domain;
  const since = isSinceKnown ? stay.at(-1)?.sequence : undefined;
  const gone = moment.everMapped.findLast(
    (each) =>
      each.domain === domain &&
      holds(each, address) &&
      each.died !== null &&
      each.died > Math.max(since ?? 0, history.horizon),
  );
  const under = start < address ? here.find((each) => holds(each, address - 1n)) : undefined;
  const over = here.find((each) => each.start > address && each.start <= last);
  if (under !== undefined && over !== undefined) {
    return answer('spans-hole', under.born, over.born, gone?.died);
  }
  if (under !== undefined) return answer('past-end', under.born, gone?.died);
  if (over !== undefined) return answer('before-start', over.born, gone?.died);
  const from = since ?? Math.max(history.horizon, trail[leaving]?.sequence ?? 0);
  const refusal = refusedMap(question, domain, Math.max(from, gone?.died ?? 0));
  if (refusal !== undefined) return answer('map-refused', refusal);
  if (gone !== undefined) return answer('unmapped', gone.born, gone.died);
  const { offered, inputRange } = history.config;
  const isLimited = (offered & 1n) !== 0n;
  if (isLimited && (address < inputRange.start || address > inputRange.end)) {
    return answer('outside-input-range');
  }
  if (since === undefined) return answer('not-known');
  return (
    moved(question, trail, leaving, since) ??
    elsewhere(question, domain) ??
    soonAfter(question, domain) ??
    near(here, address) ??
    answer('never-mapped', since)
  );
}

/** The latest MAP that would have mapped the address, had the device accepted it. */
function refusedMap(
  { history, fault, now }: Question,
  domain: number,
  after: number,
): number | undefined {
  return earlier(history, now, (event) => {
    if (event.kind !== 'mapped' || event.domain !== domain || event.status === 0) return false;
    const isThere = event.virtStart <= fault.address && fault.address <= event.virtEnd;
    return isThere && event.sequence > after;
  })[0];
}

function moved(
  { history, fault }: Question,
  trail: readonly IommuEvent[],
  leaving: number,
  since: number,
): NaiveAnswer | undefined {
  const before = leaving < 0 ? undefined : trail[leaving];
  if (before === undefined) return undefined;
  let domain: number | null | undefined;
  let by = before.sequence;
  if (before.kind === 'attached') [domain, by] = [before.domain, since];
  else if (before.kind === 'detached') ({ domain } = before);
  else {
    const earliest = trail[leaving + 1];
    domain = earliest?.kind === 'attached' ? earliest.domain : undefined;
  }
  if (domain === undefined || domain === null) return undefined;
  const mapping = mappedIn(momentAfter(history, by - 1), domain).find((each) =>
    holds(each, fault.address),
  );
  if (mapping === undefined) return undefined;
  return answer(isReset(before) ? 'reset-meanwhile' : 'moved', mapping.born, by, since);
}

function elsewhere({ fault, moment }: Question, domain: number): NaiveAnswer | undefined {
  const others = [...new Set(moment.attached.values())].sort((one, other) => one - other);
  for (const other of others) {
    if (other === domain) continue;
    const mapping = mappedIn(moment, other).find((each) => holds(each, fault.address));
    if (mapping !== undefined) return answer('other-domain', mapping.born);
  }
  return undefined;
}

function soonAfter({ history, fault, now }: Question, domain: number): NaiveAnswer | undefined {
  for (const { event } of history.entries.slice(now, now + LOOK_AHEAD)) {
    if (isReset(event)) return undefined;
    if (!isAccepted(event)) continue;
    if (event.kind === 'detached' && event.endpoint === fault.endpoint) return undefined;
    if (event.kind === 'attached' && event.endpoint === fault.endpoint && event.domain !== domain) {
      return undefined;
    }
    if (event.kind !== 'mapped' || event.domain !== domain) continue;
    if (event.virtStart <= fault.address && fault.address <= event.virtEnd) {
      return answer('mapped-after', event.sequence);
    }
  }
  return undefined;
}

function near(here: readonly Once[], address: bigint): NaiveAnswer | undefined {
  const below = here.findLast(({ end }) => end < address);
  if (below === undefined || address - below.end > NEAR) return undefined;
  return answer('past-end', below.born);
}
