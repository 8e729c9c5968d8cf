import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { BLK, ExplainRig } from '../../test/rigs/explain-rig.ts';
import { eventStory } from '../../src/worker/host/event-story.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import { Hindsight } from './hindsight.ts';

const [START, END] = [0x4000n, 0x4fffn];

/** A stopped access, and what looks at it. */
function stopped() {
  const pc = new ExplainRig();
  pc.attach(1, BLK);
  const sequence = pc.access(BLK, 'read', START, 4);
  pc.take();
  const recorded = pc.record.event(sequence);
  if (recorded?.event.kind !== 'faulted') throw new Error('it was not stopped');
  const fault: FaultRecord = { timeMs: recorded.timeMs, fault: recorded.event };
  const until = signal(Infinity);
  const frame = signal(0);
  const hindsight = new Hindsight({
    latest: () => ({ history: pc.history }),
    pacer: { frame },
    until,
    faults: signal({ isPast: false, list: [fault], count: 1 }),
  });
  const look = (): readonly (readonly [number, number])[] => {
    pc.take();
    frame.value += 1;
    return [...hindsight.ofShown.value].map(([of, later]) => [of, later.sequence]);
  };
  return {
    pc,
    sequence,
    until,
    look,
    story: () => eventStory(pc.history, sequence, () => undefined),
  };
}

describe('why an access was stopped', () => {
  it('is told the same whenever it is asked for', () => {
    const { pc, story } = stopped();
    const asked = story();
    expect(asked?.cause).toBe('never-mapped');
    pc.map(1, START, END);
    pc.take();
    expect(story()).toEqual(asked);
  });
});

describe('what is known since then', () => {
  it('is the MAP that came too late, at moments from that on', () => {
    const { pc, sequence, until, look } = stopped();
    expect(look()).toEqual([]);
    pc.map(1, END + 1n, END + 0x1000n);
    expect(look()).toEqual([]);
    const map = pc.map(1, START, END);
    expect(look()).toEqual([[sequence, map]]);
    until.value = map - 1;
    expect(look()).toEqual([]);
    until.value = map;
    expect(look()).toEqual([[sequence, map]]);
  });

  it('is nothing once the endpoint has left the domain', () => {
    const { pc, look } = stopped();
    pc.attach(2, BLK);
    pc.map(1, START, END);
    expect(look()).toEqual([]);
  });

  it('is forgotten with what was taken back', () => {
    const { pc, sequence, look } = stopped();
    pc.map(1, START, END);
    expect(look()).toHaveLength(1);
    pc.record.rewind(sequence);
    expect(look()).toEqual([]);
  });
});
