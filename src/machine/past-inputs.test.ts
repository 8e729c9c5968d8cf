// What the host does while the machine is on its way to another time.

import { afterEach, describe, expect, it } from 'vitest';
import { optionsOf, planned } from '../../test/support/stopped-machine.ts';
import { Machine } from './machine.ts';
import { NET_ENDPOINT } from './plan/topology.ts';
import { headOf } from './recording/recording-head.ts';

const ACCESS = { endpoint: NET_ENDPOINT, address: 0x20_0000n, access: 'write', length: 4 } as const;
const LINE = 'meanwhile\n';

let machine: Machine;

afterEach(() => machine.dispose());

/** Does something as soon as the move is under way, and in every turn of the host's until it is over. */
async function meanwhile(move: () => Promise<unknown>, act: () => void): Promise<void> {
  const stop = machine.onLeave(() => queueMicrotask(act));
  const over = move().then(() => true);
  // oxlint-disable-next-line no-await-in-loop -- one turn after the other
  while (!(await Promise.race([over, nextTurn()]))) act();
  stop();
}

/** Resolves with false when the host has done what else it had to do. */
function nextTurn(): Promise<boolean> {
  return new Promise((resolve) => {
    setImmediate(() => resolve(false));
  });
}

/** A machine that has come a way of three accesses; where it was after the first, and where it is. */
async function aWay() {
  machine = await Machine.create(optionsOf(planned({ iommu: { bootBypass: false } })));
  machine.rogueDma({ ...ACCESS });
  const { sequence } = machine.past.place;
  machine.rogueDma({ ...ACCESS });
  machine.rogueDma({ ...ACCESS });
  return { sequence, last: machine.past.place, end: machine.past.digest() };
}

/** Lines that the guest was sent on the way to where it stands. */
function typed(): readonly string[] {
  return machine.past.progress.inputs.flatMap(({ input }) =>
    input.kind === 'agent' ? [new TextDecoder().decode(input.bytes)] : [],
  );
}

describe('what is typed while a machine is taken elsewhere in time', () => {
  it('changes nothing of the way there and back', async () => {
    const { sequence, last, end } = await aWay();
    await meanwhile(
      () => machine.past.goTo(sequence),
      () => machine.agent.send(LINE),
    );
    expect(machine.past.place).toMatchObject({ sequence, branch: last.branch, isPast: true });
    await meanwhile(
      () => machine.past.toEnd(),
      () => machine.agent.send(LINE),
    );
    expect(machine.past.place).toEqual(last);
    expect(machine.past.digest()).toEqual(end);
    expect(machine.past.branches).toHaveLength(1);
  });

  it('waits until the machine goes on, and keeps its order', async () => {
    const { sequence } = await aWay();
    let count = 0;
    const send = (): void => {
      count += 1;
      machine.agent.send(`${count}\n`);
    };
    await meanwhile(() => machine.past.goTo(sequence), send);
    send();
    expect(typed()).toEqual([]);
    machine.run();
    machine.hold();
    expect(typed()).toEqual(Array.from({ length: count }, (_, index) => `${index + 1}\n`));
    expect(machine.past.branches).toHaveLength(2);
  });
});

it('a replay tells its ticks to who only looks, and a way through time none', async () => {
  machine = await Machine.create(optionsOf());
  const told = { live: 0, followed: 0 };
  machine.onTick(() => (told.live += 1));
  machine.onTickFollowed(() => (told.followed += 1));
  const nothing = { inputs: [], events: 0, marks: new Uint8Array() };
  await machine.past.replay({
    head: headOf(machine.plan),
    ...nothing,
    ticks: 3,
    end: undefined,
    damage: undefined,
  });
  expect(told).toEqual({ live: 0, followed: 3 });
  await machine.past.toEnd();
  expect(told).toEqual({ live: 0, followed: 3 });
});

describe('what is typed faster than the guest reads', () => {
  const LINE_BYTES = 4096;

  it('waits outside, in pieces that the line has room for', async () => {
    machine = await Machine.create(optionsOf());
    machine.agent.send('x'.repeat(100 * LINE_BYTES));
    machine.agent.send('y');
    expect(typed()).toEqual(['x'.repeat(LINE_BYTES)]);
    machine.run();
    machine.hold();
    // Nobody reads here
    expect(machine.agent.unread).toBe(LINE_BYTES);
    expect(typed()).toHaveLength(1);
  });

  it('is not typed into another start of the PC', async () => {
    machine = await Machine.create(optionsOf());
    machine.agent.send('x'.repeat(2 * LINE_BYTES));
    await machine.powerCycle();
    expect(machine.agent.unread).toBe(0);
    machine.agent.send('y');
    expect(typed()).toEqual(['x'.repeat(LINE_BYTES), 'y']);
  });
});
