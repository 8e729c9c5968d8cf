import { describe, expect, it } from 'vitest';
import { InstructionRate } from './instruction-rate.ts';

const SPAN = 2 ** 32;

describe('InstructionRate', () => {
  it('is 0 without a machine and in its first second', () => {
    const rate = new InstructionRate();
    expect(rate.measure(undefined, 0)).toBe(0);
    expect(rate.measure({ instructions: 5e6 }, 10)).toBe(0);
    expect(rate.measure(undefined, 5000)).toBe(0);
  });

  it('is in millions a second, over the time that really passed', () => {
    const rate = new InstructionRate();
    const machine = { instructions: 0 };
    rate.measure(machine, 0);
    machine.instructions = 60e6;
    expect(rate.measure(machine, 2000)).toBe(30);
  });

  it('stays until a second has passed', () => {
    const rate = new InstructionRate();
    const machine = { instructions: 0 };
    rate.measure(machine, 0);
    machine.instructions = 30e6;
    rate.measure(machine, 1000);
    machine.instructions = 90e6;
    expect(rate.measure(machine, 1999)).toBe(30);
    expect(rate.measure(machine, 2000)).toBe(60);
  });

  it('follows a counter that wraps at 2^32', () => {
    const rate = new InstructionRate();
    const machine = { instructions: SPAN - 10e6 };
    rate.measure(machine, 0);
    machine.instructions = 20e6;
    expect(rate.measure(machine, 1000)).toBe(30);
  });

  it('does not take a counter that starts over for a wrap', () => {
    const rate = new InstructionRate();
    const machine = { instructions: 3e9 };
    rate.measure(machine, 0);
    machine.instructions = 10e6;
    rate.forget();
    expect(rate.measure(machine, 1000)).toBe(0);
    machine.instructions = 40e6;
    expect(rate.measure(machine, 2000)).toBe(30);
  });

  it('starts over with another machine', () => {
    const rate = new InstructionRate();
    rate.measure({ instructions: 0 }, 0);
    expect(rate.measure({ instructions: 4e9 }, 1000)).toBe(0);
  });
});
