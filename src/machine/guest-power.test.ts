import { afterEach, describe, expect, it } from 'vitest';
import { fakeImages } from '../../test/support/stopped-emulator.ts';
import { optionsOf } from '../../test/support/stopped-machine.ts';
import { out16Times, out32, out8, print, SPIN, tinyBios } from '../../test/support/tiny-bios.ts';
import { Emitter } from '../base/emitter.ts';
import { Machine, type PowerEvent } from './machine.ts';

const machines: Machine[] = [];

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.dispose()));
});

describe('what a guest does to its machine', () => {
  /** Runs a BIOS, and gives what it prints and what it does to the power, as it comes. */
  async function runBios(...code: readonly number[][]) {
    const images = fakeImages({ bios: tinyBios(...code) });
    const machine = await Machine.create(optionsOf({ images }));
    machines.push(machine);
    const power: PowerEvent[] = [];
    let printed = '';
    const changes = new Emitter<void>();
    machine.onPower((event) => {
      power.push(event);
      changes.emit();
    });
    machine.console.onOutput((bytes) => {
      printed += new TextDecoder().decode(bytes);
      changes.emit();
    });
    const until = (isReached: () => boolean) =>
      new Promise<void>((resolve) => {
        changes.on(() => {
          if (isReached()) resolve();
        });
      });
    const untilPrinted = (text: string) => until(() => printed.includes(text));
    const untilPower = (count: number) => until(() => power.length >= count);
    machine.run();
    return { machine, power, untilPrinted, untilPower };
  }

  it.each([
    [
      'writes to a PCI function that is not there',
      [...out32(0xcf8, 0x80ff_ff00), ...out8(0xcfc, 0)],
    ],
    ['notifies a queue that is not there', out16Times(0xb902, 0xffff, 3)],
  ])('goes on when it %s', async (_what, code) => {
    const { untilPrinted, power } = await runBios(code, print('alive'), SPIN);
    await untilPrinted('alive');
    expect(power).toEqual([]);
  });

  it('is heard once when it switches the PC off a thousand times', async () => {
    const { machine, power, untilPower } = await runBios(out16Times(0xb004, 1 << 13, 1000));
    await untilPower(1);
    await machine.pause();
    expect(power).toEqual(['powered-off']);
    expect(machine.isRunning).toBe(false);
  });

  it('is heard when it halts the CPU for good, and can be switched off and on', async () => {
    const { machine, power, untilPrinted, untilPower } = await runBios(print('halts'));
    await untilPower(1);
    expect(power).toEqual(['halted']);
    expect(machine.isRunning).toBe(false);
    const printed = untilPrinted('haltshalts');
    await machine.powerCycle();
    await printed;
  });

  it('can reset the PC again and again', async () => {
    const { machine, power, untilPower } = await runBios(
      out8(0x64, 0xfe),
      out8(0x64, 0xfe),
      print('never'),
    );
    await untilPower(3);
    await machine.pause();
    expect(power.every((event) => event === 'power-cycled')).toBe(true);
  });
});
