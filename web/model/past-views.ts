// What the panes show of a moment that has passed: made from the record alone, and the same as what was live then. A copy, so
// that it stays as it is while the record goes on.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { EventTotals } from '../../src/trace/event-totals.ts';
import type { History } from '../../src/trace/replay/history.ts';
import { momentState } from '../../src/trace/replay/moment-state.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { FEED_KINDS, type FeedKind } from './event-feed.ts';
import type { MachineModel } from './machine-model.ts';
import { activityAt } from './endpoint-activity.ts';
import { requestRate } from './rate.ts';
import { pastFaults } from './past-faults.ts';
import type { ActivityView, FaultsView, FeedView, WatchedView } from './views.ts';
import { MAX_ROWS } from './watched-domain.ts';

/** What is used of the page's model. */
export type PresentModel = Pick<MachineModel, 'feed' | 'faults' | 'faultCount' | 'droppedEvents'>;

export class PastViews {
  readonly sequence: number;
  /** Guest time of the event, in milliseconds since the machine was built. */
  readonly timeMs: number;
  /** Endpoints of which it is not known where they were are left out. */
  readonly state: IommuState;
  readonly feed: FeedView;
  readonly faults: FaultsView;
  readonly activity: ActivityView;
  readonly moment: Moment;

  /** Of a moment of this history, whose model knows what has come since. */
  constructor(model: PresentModel, history: History, moment: Moment) {
    const { record } = history;
    const { sequence } = moment;
    this.sequence = sequence;
    this.moment = moment;
    this.timeMs = record.event(sequence)?.timeMs ?? 0;
    this.state = momentState(moment);
    const since = history.stretch(sequence + 1, record.lastSequence)?.totals;
    const list = pastFaults(record, sequence, model.faults);
    this.faults = { isPast: true, list, count: model.faultCount - (since?.faults ?? 0) };
    this.activity = activityAt(record, sequence, this.timeMs, list);
    this.feed = this.#feedOf(model, history, since);
  }

  /** The mappings of a domain, as they were. */
  watched(domain: number | null): WatchedView {
    const found = domain === null ? [] : this.moment.mappings(domain, 0n, MAX_ROWS);
    const rows = found.map(({ id, virtStart, virtEnd, physStart, flags }) => ({
      id,
      start: virtStart,
      end: virtEnd,
      phys: physStart,
      flags,
    }));
    return {
      domain,
      rows,
      count: this.state.domains.find(({ id }) => id === domain)?.mappings ?? 0,
      changes: [],
      isIncomplete: domain !== null && this.moment.missing !== null,
    };
  }

  #feedOf(model: PresentModel, history: History, since: EventTotals | undefined): FeedView {
    const { sequence } = this;
    const { record } = history;
    const { feed } = model;
    const countOf = countSince(record.lastSequence - sequence, since);
    const counts = new Map(FEED_KINDS.map((kind) => [kind, feed.count(kind) - countOf(kind)]));
    return {
      moment: sequence,
      droppedEvents: model.droppedEvents,
      requestsPerSecond: requestRate(history, sequence, this.timeMs),
      count: (kind) => counts.get(kind) ?? 0,
    };
  }
}

/** How many events of a kind there were among those that the totals are of, which are `all`. */
function countSince(all: number, since: EventTotals | undefined): (kind: FeedKind) => number {
  if (since === undefined) return () => 0;
  const { attach, detach, map, unmap, probe, faults } = since;
  const device = all - attach - detach - map - unmap - probe - faults;
  const counts = { attach: attach + detach, map, unmap, probe, fault: faults, device };
  return (kind) => counts[kind];
}
