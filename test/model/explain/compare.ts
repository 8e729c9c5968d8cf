// Plays a random history on the device, and compares the explanation of everything refused with the second explainer's.

import { ReferenceStore } from '../../../src/iommu/store/reference-store.ts';
import type { ReservedRegion } from '../../../src/iommu/regions/reserved-regions.ts';
import { toIova } from '../../../src/memory/address.ts';
import type { CauseId } from '../../../src/trace/explain/causes.ts';
import { explain } from '../../../src/trace/explain/explain.ts';
import { IommuRecord } from '../../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../../src/trace/record/recorder.ts';
import { History } from '../../../src/trace/replay/history.ts';
import type { IommuEvent } from '../../../src/iommu/events/iommu-event.ts';
import type { WireRequest } from '../../../src/iommu/events/wire-request.ts';
import { ExplainRig } from '../../rigs/explain-rig.ts';
import type { NaiveRegion } from '../naive-regions.ts';
import type { NaiveHistory } from './naive-past.ts';
import { explainNaively } from './naive-refusals.ts';
import {
  HISTORY_ENDPOINTS,
  randomHistory,
  type HistoryStep,
  type RandomHistory,
} from './random-history.ts';

interface Entry {
  readonly event: IommuEvent;
  readonly request: WireRequest | undefined;
}

interface Played {
  readonly pc: ExplainRig;
  readonly entries: readonly Entry[];
}

/** What was explained, how often, by cause. */
export type CauseTally = Map<CauseId, number>;

/** What is compared with the second explainer. */
type Explainer = typeof explain;

/** In words, where the two explainers differ; undefined when they agree about everything. */
function findDisagreement(
  plan: RandomHistory,
  tally: CauseTally,
  explainer: Explainer,
): string | undefined {
  const { pc, entries } = play(plan);
  const horizon = Math.floor(plan.cut * entries.length);
  const history = horizon === 0 ? pc.history : cutHistory(pc, entries, horizon);
  const naive: NaiveHistory = {
    config: plan.config,
    endpoints: HISTORY_ENDPOINTS.map((id, index) => ({ id, regions: plan.regions[index] ?? [] })),
    entries: entries.map(({ event, request }) => ({
      event,
      readable: request?.readable,
      room: request?.writableLength ?? 0,
    })),
    horizon,
  };
  for (let sequence = horizon + 1; sequence <= entries.length; sequence += 1) {
    const expected = explainNaively(naive, sequence);
    const found = explainer(history, sequence);
    if (found !== undefined) tally.set(found.cause, (tally.get(found.cause) ?? 0) + 1);
    const [one, other] = [expected, found].map((each) =>
      each === undefined ? 'nothing' : `${each.cause} ${each.evidence.join()}`,
    );
    if (one === other) continue;
    const listed = entries.map(({ event }) => describe(event)).join('\n');
    return `#${sequence} is explained by ${other}, and by the second explainer by ${one}:\n${listed}\n${found?.sentence ?? ''}`;
  }
  return undefined;
}

/** The history of a seed, and when there is a disagreement, the shortest that still has one. */
export function checkSeed(
  seed: number,
  tally: CauseTally,
  explainer: Explainer = explain,
): string | undefined {
  const plan = randomHistory(seed);
  const failure = findDisagreement(plan, tally, explainer);
  if (failure === undefined) return undefined;
  let { steps } = plan;
  let shortest = failure;
  for (let at = 0; at < steps.length;) {
    const fewer: readonly HistoryStep[] = steps.filter((_, index) => index !== at);
    const still = findDisagreement({ ...plan, steps: fewer }, new Map(), explainer);
    if (still === undefined) at += 1;
    else [steps, shortest] = [fewer, still];
  }
  return `seed ${seed}: ${shortest}`;
}

function play({ config, regions, accepts, steps }: RandomHistory): Played {
  const entries: Entry[] = [];
  const { offered: features, maxDomains, maxMappings, ...options } = config;
  const pc = new ExplainRig({
    options: { ...options, features },
    accepts,
    makeStore: () => new ReferenceStore({ maxDomains, maxMappings }),
    reserved: Object.fromEntries(
      HISTORY_ENDPOINTS.map((id, index) => [id, (regions[index] ?? []).map(toReservedRegion)]),
    ),
    onEvent: (event, request) => entries.push({ event, request: request && copyOf(request) }),
  });
  for (const step of steps) take(pc, step, config.offered);
  pc.take();
  return { pc, entries };
}

function take(pc: ExplainRig, step: HistoryStep, offered: bigint): void {
  switch (step.kind) {
    case 'request':
      pc.send(step.bytes, step.room);
      break;
    case 'access':
      pc.access(step.endpoint, step.access, step.address, step.length);
      break;
    case 'bypass':
      if ((offered & 64n) !== 0n) pc.rig.iommu.setBypass(step.isBypass);
      break;
    case 'start':
      pc.restart();
      break;
    case 'system-reset':
      pc.systemReset();
      break;
    case 'power-cycle':
      pc.powerCycle();
      break;
  }
}

/** The same past, of which the events up to `horizon` are missing, and the state after them is known. */
function cutHistory(pc: ExplainRig, entries: readonly Entry[], horizon: number): History {
  const moment = pc.history.at(horizon);
  if (!moment.isKnown) throw new Error('the state at the cut is known');
  const recorder = new Recorder();
  for (const { event, request } of entries.slice(horizon)) {
    recorder.add(event, { timeMs: event.sequence, instructions: 0, request });
  }
  const record = new IommuRecord(pc.record.head);
  for (const batch of recorder.take()) record.append(batch);
  return new History(record, { keyframe: moment.keyframe() });
}

/** A request is the device's own, and another one before long. */
function copyOf(request: WireRequest): WireRequest {
  const { readableLength, writableLength, writtenLength } = request;
  const { readableDescriptors, writableDescriptors } = request;
  return {
    readableLength,
    writableLength,
    readableDescriptors,
    writableDescriptors,
    writtenLength,
    readable: request.readable.slice(),
    written: request.written.slice(),
  };
}

function toReservedRegion({ kind, start, end, flags }: NaiveRegion): ReservedRegion {
  const range = { start: toIova(start), end: toIova(end) };
  return kind === 'identity' ? { ...range, kind, flags } : { ...range, kind };
}

function describe({ sequence, ...event }: IommuEvent): string {
  const shown = JSON.stringify(event, (_key, value: unknown) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  );
  return `  #${sequence} ${shown}`;
}
