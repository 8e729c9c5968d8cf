import { expect, it } from 'vitest';
import { stoppedEmulator } from '../../test/support/stopped-emulator.ts';
import { endEmulator } from './emulator.ts';

it('is woken up by interrupts while it lives, and by nothing once it has ended', async () => {
  const emulator = await stoppedEmulator();
  const { cpu, scheduler } = emulator;
  const wakes: number[] = [];
  scheduler.yield = (_delayMs, tick) => wakes.push(tick);
  // What v86's WASM calls when a device raises an interrupt while the CPU is halted
  const interrupt = (): void => {
    const stopIdling: unknown = Reflect.get(cpu, 'stop_idling');
    if (typeof stopIdling !== 'function') throw new Error('v86 wakes up in another way');
    stopIdling.call(cpu);
  };
  interrupt();
  expect(wakes).toHaveLength(1);
  await endEmulator(emulator);
  interrupt();
  expect(wakes).toHaveLength(1);
});
