import { expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
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

it('has v86 translate pages of the guest one by one', async () => {
  const { cpu } = await stoppedEmulator();
  const { wm }: { wm?: unknown } = Object(cpu);
  const exports: unknown = Reflect.get(Object(wm), 'exports');
  const getJitConfig: unknown = Reflect.get(Object(exports), 'get_jit_config');
  if (typeof getJitConfig !== 'function')
    throw new Error('v86 tells of its switches in another way');
  // Numbers as in v86's src/rust/jit.rs: 0 is whether nothing is translated, 1 the pages in one function
  expect([0, 1].map((index) => Number(getJitConfig(index)))).toEqual([0, 1]);
});
