import { beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../base/emitter.ts';
import { IommuRecord } from '../trace/record/iommu-record.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { recordHeadOf } from './plan/record-head.ts';
import { readPlan } from './plan/plan-check.ts';
import type { Place } from './timeline/place.ts';
import { WayRecords } from './way-records.ts';

const HEAD = recordHeadOf(readPlan({}));

function place(branch: number, sequence: number, isPast = false): Place {
  return { branch, sequence, isPast, tick: 0, instructions: 0, timeMs: 0, consoleBytes: 0 };
}

/** A machine that only says where it stands, and a record of it. */
class Setup {
  readonly leaves = new Emitter<Place>();
  readonly moves = new Emitter<Place>();
  branches = [{ id: 1 }];
  record = new IommuRecord(HEAD);
  readonly #recorder = new Recorder();

  constructor() {
    const machine = {
      past: { branches: this.branches },
      onLeave: (listener: (at: Place) => void) => this.leaves.on(listener),
      onMove: (listener: (at: Place) => void) => this.moves.on(listener),
    };
    void new WayRecords(machine, {
      now: () => this.record,
      set: (record) => {
        this.record = record;
      },
    });
  }

  /** Events with these numbers happen, at this time. */
  happen(sequences: readonly number[], timeMs: number): void {
    for (const sequence of sequences) {
      this.#recorder.add({ kind: 'power-cycled', sequence }, { timeMs, instructions: 0 });
    }
    for (const batch of this.#recorder.take()) this.record.append(batch);
  }

  move(from: Place, to: Place): void {
    this.leaves.emit(from);
    this.#recorder.goTo(to.sequence, { timeMs: 0, instructions: 0 });
    this.moves.emit(to);
  }

  /** When the events that the record has happened. */
  get times(): readonly (number | undefined)[] {
    const { firstSequence, lastSequence } = this.record;
    return Array.from(
      { length: lastSequence - firstSequence + 1 },
      (_unused, index) => this.record.event(firstSequence + index)?.timeMs,
    );
  }
}

describe('the records of a machine that goes back', () => {
  let setup: Setup;

  beforeEach(() => {
    setup = new Setup();
    setup.happen([1, 2, 3], 10);
    setup.move(place(1, 3), place(1, 1, true));
  });

  it('have all of the way, however far back the machine stands on it', () => {
    expect(setup.times).toEqual([10, 10, 10]);
  });

  it('have the new way when it goes on from there', () => {
    setup.branches.push({ id: 2 });
    setup.happen([2], 20);
    expect(setup.times).toEqual([10, 20]);
  });

  it('have the old way when it is back there, and the new one when it returns', () => {
    setup.branches.push({ id: 2 });
    setup.happen([2], 20);
    setup.move(place(2, 2), place(1, 3));
    expect(setup.times).toEqual([10, 10, 10]);
    setup.happen([4], 40);
    setup.move(place(1, 4), place(2, 2));
    expect(setup.times).toEqual([10, 20]);
    setup.move(place(2, 2), place(1, 4));
    expect(setup.times).toEqual([10, 10, 10, 40]);
  });

  it('have no way that was dropped', () => {
    setup.branches.push({ id: 2 });
    setup.happen([2], 20);
    setup.branches.shift();
    setup.move(place(2, 2), place(2, 1, true));
    setup.move(place(2, 1, true), place(1, 3));
    expect(setup.times).toEqual([10, 20]);
  });
});
