// What the worker tells and what the page makes of it: whatever happens between two batches, the page ends up with what the device
// has, or says what is missing.

import { describe, expect, it } from 'vitest';
import { tellWatcher } from '../../../test/rigs/answered.ts';
import { HEAD, QUIET_BATCH } from '../../../web/testing/told-events.ts';
import { MachineModel } from '../../../web/model/machine-model.ts';
import { Emitter } from '../../base/emitter.ts';
import type { DeviceEvent, IommuEvent } from '../../iommu/events/iommu-event.ts';
import type { PowerEvent } from '../../machine/power-event.ts';
import type { Place } from '../../machine/timeline/place.ts';
import { readPlan } from '../../machine/plan/plan-check.ts';
import { BATCH_EVENTS, RecordTail } from '../../trace/record/record-tail.ts';
import { KEPT_READABLE, KEPT_WRITTEN } from '../../trace/record/request-bytes.ts';
import { LifeHistory, MAX_EVENTS, type HistoricMachine } from './life-history.ts';
import { RecordTeller, type ToldLife } from './record-teller.ts';

const DOMAIN = 1;
const PAGE = 0x1000n;
/** A request of which as much is kept as of any. */
const LARGEST = {
  readableLength: KEPT_READABLE,
  writableLength: KEPT_WRITTEN,
  readableDescriptors: 1,
  writableDescriptors: 1,
  writtenLength: KEPT_WRITTEN,
  readable: new Uint8Array(KEPT_READABLE),
  written: new Uint8Array(KEPT_WRITTEN),
};
const PLACE: Place = {
  branch: 1,
  sequence: 0,
  tick: 0,
  instructions: 0,
  timeMs: 0,
  consoleBytes: 0,
  isPast: false,
};

/** A machine with a device that maps and unmaps pages of one domain, and the page at the other side. */
class Border {
  readonly model = new MachineModel();
  readonly pages = new Set<number>();
  readonly iommu = {
    sequence: 0,
    state: () => ({ sequence: 0, isBypass: false, endpoints: [], domains: [] }),
    sampleAccesses: () => undefined,
    doorbell: undefined,
  };
  readonly history: LifeHistory;
  readonly life: ToldLife;
  readonly teller: RecordTeller;
  told = 0;
  readonly #events = new Emitter<IommuEvent>();
  readonly power = new Emitter<PowerEvent>();
  readonly printed = new Emitter<Uint8Array>();
  readonly #console = {
    onOutput: (listener: (bytes: Uint8Array) => void) => this.printed.on(listener),
  };
  readonly #moves = new Emitter<Place>();
  readonly #leaves = new Emitter<Place>();
  readonly #poweredOn = new Emitter<{ readonly byGuest: boolean }>();
  readonly #witnessed = new Emitter<{ readonly isTold: boolean }>();

  constructor() {
    const machine: HistoricMachine = {
      plan: readPlan({}),
      iommu: this.iommu,
      console: this.#console,
      who: {
        findWalk: () => 1,
        walk: () => 0,
        onNotification: () => () => undefined,
        learn: () => undefined,
      },
      isInTick: false,
      ranMs: 0,
      instructions: 0,
      past: { place: PLACE, branches: [{ id: 1 }] },
      watch: (watcher) => this.#events.on((event) => tellWatcher(watcher, event, LARGEST)),
      onPower: (listener) => this.power.on(listener),
      onAccess: () => () => undefined,
      onTick: () => () => undefined,
      onTickFollowed: () => () => undefined,
      onMove: (listener) => this.#moves.on(listener),
      onLeave: (listener) => this.#leaves.on(listener),
    };
    this.history = new LifeHistory(machine);
    this.life = {
      machine,
      history: this.history,
      status: 'running',
      previewed: new Emitter(),
      poweredOn: this.#poweredOn,
      witnessed: this.#witnessed,
    };
    this.teller = new RecordTeller(this.life);
    this.#poweredOn.emit({ byGuest: false });
    this.say({ kind: 'attached', endpoint: 1, domain: DOMAIN, flags: 0, status: 0 });
    this.model.watched.watch(DOMAIN);
  }

  say(event: DeviceEvent): void {
    this.iommu.sequence += 1;
    const { sequence } = this.iommu;
    this.#events.emit({ ...event, sequence });
  }

  map(page: number): void {
    this.pages.add(page);
    const virtStart = BigInt(page) * PAGE;
    const range = { virtStart, virtEnd: virtStart + PAGE - 1n, physStart: 0n };
    this.say({ kind: 'mapped', domain: DOMAIN, ...range, flags: 3, status: 0 });
  }

  unmap(page: number): void {
    const removed = this.pages.delete(page) ? 1 : 0;
    const virtStart = BigInt(page) * PAGE;
    const virtEnd = virtStart + PAGE - 1n;
    this.say({ kind: 'unmapped', domain: DOMAIN, virtStart, virtEnd, removed, status: 0 });
  }

  /** Maps and unmaps until there are so many events more, the last page stays. */
  churn(events: number): void {
    for (let each = 0; each < events; each += 2) {
      this.map(each);
      if (each + 1 < events) this.unmap(each);
    }
  }

  powerCycle(): void {
    this.pages.clear();
    this.say({ kind: 'power-cycled' });
    this.#poweredOn.emit({ byGuest: true });
    this.model.clear();
    this.say({ kind: 'attached', endpoint: 1, domain: DOMAIN, flags: 0, status: 0 });
    this.model.watched.watch(DOMAIN);
  }

  /** Takes the machine back to where an event had just happened. */
  goTo(sequence: number, pages: readonly number[]): void {
    this.#leaves.emit(PLACE);
    this.iommu.sequence = sequence;
    this.pages.clear();
    for (const page of pages) this.pages.add(page);
    this.#moves.emit({ ...PLACE, sequence });
    this.#witnessed.emit({ isTold: false });
    this.model.clear();
    this.model.watched.watch(DOMAIN);
  }

  /** One batch; returns how many events it has. */
  batch(): number {
    const told = this.teller.take();
    const count = told.record.reduce((sum, each) => sum + each.count, 0);
    this.model.apply({ ...QUIET_BATCH, ...told }, 0);
    this.told += count;
    return count;
  }

  expectRight(): void {
    const { watched } = this.model;
    const rows = watched.rows.map(({ start }) => Number(start / PAGE));
    expect(rows).toEqual([...this.pages].toSorted((one, other) => one - other));
    expect(watched.isIncomplete).toBe(false);
  }
}

function stagesOf({ history }: Border): readonly string[] {
  return history.events.marks.flatMap((mark) => (mark.kind === 'stage' ? [mark.stage] : []));
}

describe('the stages of a machine that begins at its prompt', () => {
  const PROMPT = new TextEncoder().encode('\nviommu:~# ');

  it('have no second prompt, but another after it was switched off and on', () => {
    const booted = new Border();
    booted.printed.emit(PROMPT);
    expect(stagesOf(booted)).toEqual(['ready']);
    const restored = new Border();
    restored.history.begin({
      console: new Uint8Array(),
      record: new RecordTail(booted.history.events).next(),
    });
    restored.printed.emit(PROMPT);
    expect(stagesOf(restored)).toEqual(['ready']);
    restored.power.emit('power-cycled');
    restored.printed.emit(PROMPT);
    expect(stagesOf(restored)).toEqual(['ready', 'ready']);
  });
});

describe('RecordTeller', () => {
  it('tells each event once, however large, in batches that a page can take', () => {
    const border = new Border();
    border.map(7);
    border.batch();
    // As much as the machine may be ahead by
    border.churn(2 * MAX_EVENTS + 10);
    expect(border.teller.behind).toBe(2 * MAX_EVENTS + 10);
    const batches: number[] = [];
    while (border.teller.hasNews) batches.push(border.batch());
    // Small ones first, as the page's code is not compiled yet
    expect(batches[0]).toBeLessThanOrEqual(BATCH_EVENTS / 4);
    const whole = batches.slice(0, -1);
    expect(whole).toEqual(whole.toSorted((one, other) => one - other));
    expect(whole.at(-1)).toBeGreaterThan(BATCH_EVENTS / 2);
    expect(whole.at(-1)).toBeLessThanOrEqual(BATCH_EVENTS);
    expect(batches.reduce((sum, each) => sum + each)).toBe(2 * MAX_EVENTS + 10);
    expect(border.batch()).toBe(0);
    expect([border.teller.behind, border.teller.hasNews]).toEqual([0, false]);
    expect(border.told).toBe(border.iommu.sequence);
    expect(border.model.history?.record.head).toEqual({ ...HEAD });
    border.expectRight();
  });

  it('says by kind what a page took too late, and has its mappings right again', () => {
    const border = new Border();
    for (const page of [1e6, 1e6 + 5, 1e6 + 9]) border.map(page);
    border.batch();
    border.churn(5 * MAX_EVENTS);
    border.unmap(1e6 + 5);
    while (border.teller.hasNews) border.batch();
    const { droppedEvents, feed, history } = border.model;
    expect(droppedEvents).toBeGreaterThan(MAX_EVENTS);
    expect(border.told + droppedEvents).toBe(border.iommu.sequence);
    expect(feed.count('map') + feed.count('unmap') + 1).toBe(border.iommu.sequence);
    expect(history?.record.marks).toMatchObject([{ kind: 'gap', events: droppedEvents }]);
    border.expectRight();
  });

  it('begins with the power cycle, and shows nothing of the life before', () => {
    const border = new Border();
    border.map(1);
    border.batch();
    border.map(2);
    border.powerCycle();
    border.map(3);
    border.batch();
    expect(border.model.history?.record.firstSequence).toBe(4);
    expect(border.model.feed.count('map')).toBe(1);
    border.expectRight();
  });

  it('shows the past as it was, and goes on from there', () => {
    const border = new Border();
    border.map(5);
    border.churn(3 * MAX_EVENTS);
    const sequence = border.iommu.sequence;
    border.map(77);
    border.unmap(5);
    while (border.teller.hasNews) border.batch();
    border.expectRight();
    border.goTo(sequence, [5]);
    border.batch();
    border.expectRight();
    const record = border.model.history?.record;
    expect([record?.firstSequence, record?.lastSequence]).toEqual([
      sequence - MAX_EVENTS + 1,
      sequence,
    ]);
    border.map(99);
    expect(border.batch()).toBe(1);
    border.expectRight();
    expect(border.model.droppedEvents).toBe(0);
  });
});
