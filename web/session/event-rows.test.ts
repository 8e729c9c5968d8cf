import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { History } from '../../src/trace/replay/history.ts';
import { EventRows } from './event-rows.ts';

it('looks for what was chosen last in one slice of each frame, however often it is chosen', () => {
  const past = new PastRig({ options: {}, reserved: {}, accepts: 0n });
  past.do({ kind: 'attach', endpoint: 8, domain: 1, flags: 0 });
  past.take();
  const history = new History(past.record);
  const frames: (() => void)[] = [];
  const frame = signal(0);
  const rows = new EventRows({
    latest: { history, goneEvents: 0 },
    pacer: { frame, ask: () => undefined },
    now: () => 0,
    onNextFrame: (callback) => void frames.push(callback),
  });
  const nothing = { select: () => [], passes: () => false };

  for (let choice = 0; choice < 5; choice += 1) rows.choose(() => nothing);

  expect(frames).toHaveLength(1);
  frames.shift()?.();
  expect(rows.view.value.rows.count).toBe(0);
  expect(frames).toEqual([]);
  rows.choose(() => ({ select: null, passes: () => true }));
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  expect(rows.view.value.rows.events).toBe(past.record.count);
});
