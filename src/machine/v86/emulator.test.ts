import { expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { endEmulator } from './emulator.ts';

it('is not run by its own interrupts, while it lives and when it has ended', async () => {
  const emulator = await stoppedEmulator();
  const { cpu } = emulator;
  let ticks = 0;
  cpu.main_loop = () => {
    ticks += 1;
    return 0;
  };
  // What v86's WASM calls when a device raises an interrupt while the CPU is halted
  const interrupt = async (): Promise<void> => {
    const stopIdling: unknown = Reflect.get(cpu, 'stop_idling');
    if (typeof stopIdling !== 'function') throw new Error('v86 wakes up in another way');
    stopIdling.call(cpu);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await interrupt();
  await endEmulator(emulator);
  await interrupt();
  expect(ticks).toBe(0);
});

it('gives up its 65,536 ports when it has ended, whoever holds it still', async () => {
  const emulator = await stoppedEmulator();
  expect(emulator.cpu.io.ports).toHaveLength(0x1_0000);
  await endEmulator(emulator);
  expect(emulator.cpu.io.ports).toHaveLength(0);
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
