import { expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { ioApicLine } from './interrupt-line.ts';

const GSI = 18;
const INTERRUPT_FLAG = 0x200;
const FLAGS = INTERRUPT_FLAG | 0x2;

it('raises an interrupt that the CPU cannot take inside the instruction, and keeps its flags', async () => {
  const { v86, cpu } = await stoppedEmulator();
  const calls: [string, number, number][] = [];
  cpu.device_raise_irq = (line) =>
    calls.push(['raise', line, (cpu.flags[0] ?? 0) & INTERRUPT_FLAG]);
  cpu.device_lower_irq = (line) =>
    calls.push(['lower', line, (cpu.flags[0] ?? 0) & INTERRUPT_FLAG]);
  cpu.flags[0] = FLAGS;
  const line = ioApicLine(cpu, GSI);
  line.setLevel(true);
  line.setLevel(false);
  expect(calls).toEqual([
    ['raise', GSI, 0],
    ['lower', GSI, INTERRUPT_FLAG],
  ]);
  expect(cpu.flags[0]).toBe(FLAGS);
  await v86.destroy();
});
