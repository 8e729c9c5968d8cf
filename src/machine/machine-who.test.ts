import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kallsymsImage } from '../../test/support/kallsyms-image.ts';
import { optionsOf } from '../../test/support/stopped-machine.ts';
import { readBacktrace } from '../kernel/backtrace.ts';
import { WALK_ADDRESSES, WALK_TASK, WALK_WORDS } from '../kernel/walk-layout.ts';
import { Machine } from './machine.ts';

const IMAGE_AT = 0x100_0000;
const KERNEL = 0xc100_0000;
const SYMBOLS = Array.from({ length: 600 }, (_unused, index) => ({
  address: KERNEL + index * 16,
  type: 'T',
  name: `function_${index}`,
}));

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.create(optionsOf());
});

afterAll(() => machine.dispose());

describe('who, of a machine whose guest has not begun', () => {
  it('is nobody, and the machine is as it was', () => {
    const digest = machine.past.digest();
    const words = new Uint32Array(WALK_WORDS).fill(7);
    expect(machine.who.walk(words)).toBe(WALK_ADDRESSES);
    const { task, frames } = readBacktrace(words, WALK_ADDRESSES, undefined);
    expect([task, frames]).toEqual([undefined, []]);
    const profile = { currentTask: KERNEL, preemptCount: null, initTask: KERNEL, isPerCpu: false };
    machine.who.setProfile(profile);
    machine.who.walk(words);
    expect((words[0] ?? 0) & WALK_TASK).toBe(0);
    expect(machine.past.digest()).toEqual(digest);
  });

  it('has the symbols that its RAM holds', () => {
    expect(machine.who.kallsyms()).toBeUndefined();
    machine.memory.write(0, IMAGE_AT, kallsymsImage(SYMBOLS, 'tokens-first'));
    expect(machine.who.kallsyms()?.at(KERNEL + 0x21)).toEqual({ name: 'function_2', offset: 1 });
  });

  it('looks once by itself for the symbols of a kernel that nothing is known of', async () => {
    const other = await Machine.create(optionsOf());
    other.who.learn();
    other.memory.write(0, IMAGE_AT, kallsymsImage(SYMBOLS, 'tokens-first'));
    expect(other.who.kallsyms()).toBeUndefined();
    await other.powerCycle();
    other.memory.write(0, IMAGE_AT, kallsymsImage(SYMBOLS, 'tokens-first'));
    expect(other.who.kallsyms()?.count).toBe(SYMBOLS.length);
    await other.dispose();
  });
});
