import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { expectSame } from '../../test/support/expect-same.ts';
import { pastDevice, pastSteps } from '../../test/support/past-steps.ts';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { RecordTail } from '../../src/trace/record/record-tail.ts';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import { QUIET_BATCH } from '../testing/told-events.ts';
import { FEED_KINDS } from './event-feed.ts';
import { MachineModel } from './machine-model.ts';
import { PastViews } from './past-views.ts';
import type { FaultsView, FeedView, WatchedView } from './views.ts';

const SEED = 12;
const WATCHED_DOMAIN = 1;

/** All that the panes show, but what is about the page's clock. */
interface Shown {
  readonly state: IommuState | null;
  readonly watched: Omit<WatchedView, 'changes'>;
  readonly counts: readonly number[];
  readonly faults: Omit<FaultsView, 'isPast'>;
}

function shown(
  state: IommuState | null,
  watched: WatchedView,
  feed: Pick<FeedView, 'count'>,
  { list, count: faultCount }: Shown['faults'],
): Shown {
  const { domain, rows, count, isIncomplete } = watched;
  return {
    state,
    watched: { domain, rows, count, isIncomplete },
    counts: FEED_KINDS.map((kind) => feed.count(kind)),
    faults: { list, count: faultCount },
  };
}

/** The device as a batch tells of it: its counters are those that the record was told of last. */
function stateOf(rig: PastRig, accesses: number): IommuState {
  const { isBypass, endpoints, domains } = rig.now;
  return {
    sequence: rig.sequence,
    isBypass,
    endpoints: endpoints.map((each) => ({ ...each, ...countsOf(accesses) })),
    domains: domains.map((each) => ({
      id: each.id,
      isBypass: each.isBypass,
      endpoints: each.endpoints,
      mappings: each.mappings,
      bytes: each.bytes,
      reserved: each.reserved,
      translated: accesses,
      translatedBytes: 8 * accesses,
      blocked: 0,
      blockedBytes: 0,
    })),
  };
}

function countsOf(accesses: number) {
  return {
    translated: accesses,
    translatedBytes: 8 * accesses,
    bypassed: 2 * accesses,
    bypassedBytes: accesses,
    blocked: 1,
    blockedBytes: 4,
  };
}

/** A page that is told of a device step by step, and what it showed after each batch. */
class ToldPage {
  readonly model = new MachineModel();
  readonly live = new Map<number, Shown>();
  readonly #rig: PastRig;
  readonly #tail: RecordTail;
  #begins: MachineBatch['begins'];
  #accesses = 0;

  constructor(rig: PastRig) {
    this.#rig = rig;
    this.#begins = { head: rig.record.head, keyframe: null };
    this.#tail = new RecordTail(rig.record);
  }

  tell(): void {
    this.#accesses += 1;
    const state = stateOf(this.#rig, this.#accesses);
    const { endpoints, domains, sequence } = state;
    const at = { timeMs: sequence / 100, instructions: sequence };
    this.#rig.recorder.mark({ kind: 'counters', endpoints, domains }, at);
    this.#rig.take();
    const { model } = this;
    model.apply({ ...QUIET_BATCH, begins: this.#begins, record: this.#tail.next(), state }, 0);
    this.#begins = null;
    model.watched.watch(WATCHED_DOMAIN);
    const faults = { list: model.faults, count: model.faultCount };
    const { domain, rows, count, isIncomplete } = model.watched;
    const watched = { domain, rows, count, isIncomplete, changes: [] };
    this.live.set(sequence, shown(model.state, watched, model.feed, faults));
  }

  past(sequence: number): Shown {
    const { history } = this.model;
    const moment = history?.at(sequence);
    if (history === undefined || moment?.isKnown !== true) throw new Error('it is known');
    const views = new PastViews(this.model, history, moment);
    const watched = views.watched(WATCHED_DOMAIN);
    return shown(views.state, watched, views.feed, views.faults);
  }
}

describe('the views of a past moment', () => {
  it('are what was live then, at 100 moments of random runs', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        pastDevice,
        pastSteps('lose', 'save', 'go-back', 'take'),
        fc.infiniteStream(fc.nat(6)),
        (options, steps, sizes) => {
          const rig = new PastRig(options);
          const page = new ToldPage(rig);
          let left = 0;
          for (const step of steps) {
            rig.do(step);
            if (left > 0) left -= 1;
            else {
              page.tell();
              left = sizes.next().value ?? 0;
            }
          }
          page.tell();
          for (const [sequence, live] of page.live) {
            expectSame(page.past(sequence), live);
            compared += 1;
          }
        },
      ),
      { seed: SEED, numRuns: 20 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('count what was before the moment, and not what came next', () => {
    const rig = new PastRig({ options: {}, reserved: {}, accepts: 0x57n });
    const page = new ToldPage(rig);
    for (let step = 0; step < 5; step += 1) rig.do({ kind: 'probe' });
    page.tell();
    const { history } = page.model;
    const moment = history?.at(3);
    if (history === undefined || moment?.isKnown !== true) throw new Error('it is known');
    const { feed } = new PastViews(page.model, history, moment);
    expect(feed.moment).toBe(3);
    expect(feed.count('probe')).toBe(page.model.feed.count('probe') - (rig.sequence - 3));
  });
});
