import { describe, expect, it } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import type { ArmedShot, ScheduledOrder } from '../../src/worker/api/lab.ts';
import { ArmedList } from './armed-list.ts';

const ORDER: ScheduledOrder = {
  request: { endpoint: 8, access: 'read', length: 16, address: 0x1000n },
  when: { kind: 'every', ms: 5 },
  times: 2,
};
const AT_STAGE: ScheduledOrder = { ...ORDER, when: { kind: 'stage', stage: 'iommu' }, times: 1 };

function shotAt(timeMs: number): ArmedShot {
  const { request } = ORDER;
  const result = { outcome: 'blocked', reason: 2, address: 0x1000n, mappedFlags: null } as const;
  return {
    request: { ...request, address: 0x1000n },
    result,
    sequence: 1,
    timeMs,
    instructions: timeMs,
  };
}

function rig() {
  const restarted = new Emitter<void>();
  const connected = new Emitter<void>();
  const cancelled: number[] = [];
  const scheduled: {
    id: number;
    shoot: (shot: ArmedShot) => void;
    end: (isDone: boolean) => void;
    refuse: (error: Error) => void;
  }[] = [];
  const lab = {
    schedule: (id: number, _order: ScheduledOrder, onShot: (shot: ArmedShot) => void) =>
      new Promise<boolean>((end, refuse) => scheduled.push({ id, shoot: onShot, end, refuse })),
    cancel: async (id: number) => void cancelled.push(id),
  };
  const list = new ArmedList({ restarted, connected, api: { lab } });
  return { restarted, connected, cancelled, scheduled, list };
}

describe('the list of armed accesses', () => {
  it('has each as it waits, each time that it is made, and its end', async () => {
    const { scheduled, list } = rig();
    const armed = list.arm(ORDER);
    expect(list.items.value).toMatchObject([{ order: ORDER, state: 'armed', shots: [] }]);
    scheduled[0]?.shoot(shotAt(1));
    scheduled[0]?.shoot(shotAt(2));
    scheduled[0]?.end(true);
    await armed;
    expect(list.items.value).toMatchObject([
      { state: 'over', shots: [{ timeMs: 1 }, { timeMs: 2 }] },
    ]);
    list.clear();
    expect(list.items.value).toEqual([]);
  });

  it('says why one was refused, and that one was cancelled', async () => {
    const { scheduled, cancelled, list } = rig();
    const armed = list.arm(ORDER);
    scheduled[0]?.refuse(new Error('16 accesses are armed.'));
    await armed;
    void list.arm(ORDER);
    const [{ id } = { id: 0 }] = list.items.value;
    list.cancel(id);
    expect(cancelled).toEqual([id]);
    expect(list.items.value).toMatchObject([
      { state: 'cancelled' },
      { state: 'refused', problem: '16 accesses are armed.' },
    ]);
  });

  it('after a reset still waits for a stage, and for nothing with another worker', () => {
    const { restarted, connected, cancelled, list } = rig();
    void list.arm(ORDER);
    void list.arm(AT_STAGE);
    restarted.emit();
    expect(list.items.value.map(({ state }) => state)).toEqual(['armed', 'cancelled']);
    expect(cancelled).toHaveLength(1);
    connected.emit();
    expect(list.items.value).toEqual([]);
  });

  it('forgets those that are over where there are too many', async () => {
    const { scheduled, list } = rig();
    for (let index = 0; index < 40; index += 1) {
      const armed = list.arm(ORDER);
      scheduled.at(-1)?.end(true);
      await armed;
    }
    expect(list.items.value).toHaveLength(32);
  });
});
