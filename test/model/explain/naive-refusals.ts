// The second explainer, for requests: the naive device is asked for the rule that refuses them.

import type { CauseId } from '../../../src/trace/explain/causes.ts';
import type { IommuEvent } from '../../../src/iommu/events/iommu-event.ts';
import { hasOpenAddress, isIdentityInside, isTouched } from '../naive-regions.ts';
import { answer as carryOut } from '../naive-requests.ts';
import { membersOf, regionsOf, type NaiveState } from '../naive-state.ts';
import { answer, attachOf, explainFaultNaively, turns, type NaiveAnswer } from './naive-causes.ts';
import {
  earlier,
  eventOf,
  isAccepted,
  isReset,
  mappedIn,
  momentAfter,
  stateAt,
  type NaiveHistory,
} from './naive-past.ts';

const CAUSE_OF_RULE: Readonly<Record<string, CauseId>> = {
  'unknown type': 'unknown-type',
  'PROBE without its feature': 'probe-not-negotiated',
  'reserved bytes': 'attach-reserved-bytes',
  'UNMAP: reserved bytes': 'unmap-reserved-bytes',
  'unknown endpoint': 'unknown-endpoint',
  'outside domain_range': 'domain-out-of-range',
  'the other kind of domain': 'domain-kind',
  'identity meets nothing': 'incompatible-identity',
  'a mapping meets a region': 'mapping-in-region',
  'too many domains': 'too-many-domains',
  'not attached there': 'not-attached-there',
  'without MAP_UNMAP': 'map-unmap-not-negotiated',
  'unknown domain': 'unknown-domain',
  'bypass domain': 'bypass-domain',
  'end not above start': 'end-before-start',
  'end below start': 'end-before-start',
  'not aligned': 'unaligned',
  'outside input_range': 'map-outside-input-range',
  'physical range wraps': 'gpa-wraps',
  'reserved region': 'map-reserved-region',
  'mapped already': 'map-overlap',
  'too many mappings': 'too-many-mappings',
  'would split a mapping': 'would-split',
  'no room for all properties': 'no-probe-room',
  'too short': 'too-short',
};

/** The answer for an event; undefined when it was not refused. */
export function explainNaively(history: NaiveHistory, sequence: number): NaiveAnswer | undefined {
  const event = eventOf(history, sequence);
  if (event.kind === 'faulted') return explainFaultNaively(history, event);
  if (!('status' in event) || isAccepted(event)) return undefined;
  const { readable, room } = history.entries[sequence - 1] ?? {};
  if (readable === undefined || room === undefined) throw new Error('a request has its bytes');
  const state = stateAt(history, sequence);
  const { rule } = carryOut(state, readable, room);
  const cause = causeOf(rule, event);
  const evidence = EVIDENCE[cause]?.({ history, state, event, now: sequence }) ?? [];
  return answer(cause, ...evidence);
}

function causeOf(rule: string, event: IommuEvent): CauseId {
  if (rule.endsWith('without room for a tail')) return 'no-room-for-tail';
  const short = rule.replace(/^[A-Z]+: /, '');
  if (short === 'unknown flags' && event.kind === 'attached') {
    return event.flags === 1 ? 'attach-bypass-not-negotiated' : 'attach-unknown-flags';
  }
  if (short === 'unknown flags' && event.kind === 'mapped') {
    return event.flags < 8 ? 'map-mmio-not-negotiated' : 'map-unknown-flags';
  }
  const cause = CAUSE_OF_RULE[rule] ?? CAUSE_OF_RULE[short];
  if (cause === undefined) throw new Error(`no cause for the rule ${rule}`);
  return cause;
}

interface Refused {
  readonly history: NaiveHistory;
  readonly state: NaiveState;
  readonly event: IommuEvent;
  readonly now: number;
}

const EVIDENCE: Readonly<
  Partial<Record<CauseId, (refused: Refused) => readonly (number | undefined)[]>>
> = {
  'domain-kind': lastInto,
  'bypass-domain': lastInto,
  'unknown-domain': ({ history, event, now }) => lastOfDomain(history, domainOf(event), now),
  'incompatible-identity': ({ history, state, event, now }) => {
    const own = regionsOfEndpoint(history, event);
    const other = membersOf(state, domainOf(event)).find(({ regions }) =>
      hasOpenAddress(regions, own),
    );
    return [other && attachOf(history, other.id, now)];
  },
  'mapping-in-region': (refused) => [collision(refused)],
  'not-attached-there': ({ history, event, now }) =>
    event.kind === 'detached' ? [turns(history, event.endpoint, now)[0]?.sequence] : [],
  'map-reserved-region': ({ history, state, event, now }) => {
    if (event.kind !== 'mapped') return [];
    const range = { start: event.virtStart, end: event.virtEnd };
    const owner = membersOf(state, event.domain).find(({ regions }) => isTouched(regions, range));
    return [owner && attachOf(history, owner.id, now)];
  },
  'too-many-domains': ({ history, state, now }) =>
    latestOf(
      state.domains
        .filter(({ isBypass }) => !isBypass)
        .flatMap(({ id }) => membersOf(state, id).map((each) => attachOf(history, each.id, now))),
    ),
  'too-many-mappings': ({ history, state, now }) =>
    latestOf(
      state.domains.flatMap(({ id }) =>
        mappedIn(momentAfter(history, now), id).map(({ born }) => born),
      ),
    ),
  'map-overlap': (refused) => [inTheWay(refused)],
  'would-split': (refused) => [inTheWay(refused)],
};

/** The latest of those that are known. */
function latestOf(sequences: readonly (number | undefined)[]): readonly number[] {
  return sequences
    .filter((each) => each !== undefined)
    .toSorted((one, other) => one - other)
    .slice(-1);
}

function lastInto({ history, event, now }: Refused): readonly number[] {
  return intoDomain(history, domainOf(event), now).slice(0, 1);
}

function domainOf(event: IommuEvent): number {
  return 'domain' in event ? (event.domain ?? -1) : -1;
}

function regionsOfEndpoint({ endpoints }: NaiveHistory, event: IommuEvent) {
  const id = 'endpoint' in event ? event.endpoint : -1;
  return endpoints.find((endpoint) => endpoint.id === id)?.regions ?? [];
}

/** Accepted ATTACHes into a domain, newest first. */
function intoDomain(history: NaiveHistory, domain: number, before: number): readonly number[] {
  return earlier(
    history,
    before,
    (event) => event.kind === 'attached' && event.domain === domain && isAccepted(event),
  );
}

/** The reset after which a domain never was; or the latest ATTACH into it, and the event after which it was no more. */
function lastOfDomain(history: NaiveHistory, domain: number, now: number): readonly number[] {
  const [into = 0] = intoDomain(history, domain, now);
  const [reset = 0] = earlier(history, now, isReset);
  if (reset > into) return [reset];
  if (into === 0) return [];
  for (let at = into; at < now; at += 1) {
    if (![...momentAfter(history, at).attached.values()].includes(domain)) return [into, at];
  }
  throw new Error(`domain ${domain} is there`);
}

function collision({ history, state, event, now }: Refused): number | undefined {
  const domain = domainOf(event);
  const own = regionsOfEndpoint(history, event);
  const there = state.domains.find(({ id }) => id === domain);
  const before = there === undefined ? [] : regionsOf(state, there);
  const shared = history.config.identityPolicy === 'per-endpoint' ? before : [...before, ...own];
  return mappedIn(momentAfter(history, now), domain).find(
    (mapping) => isTouched(own, mapping) && !isIdentityInside(shared, mapping, mapping),
  )?.born;
}

function inTheWay({ history, event, now }: Refused): number | undefined {
  if (event.kind !== 'mapped' && event.kind !== 'unmapped') return undefined;
  const { virtStart: start, virtEnd: end, domain } = event;
  return mappedIn(momentAfter(history, now), domain)
    .filter((mapping) => mapping.start <= end && mapping.end >= start)
    .find((mapping) => event.kind === 'mapped' || mapping.start < start || mapping.end > end)?.born;
}
