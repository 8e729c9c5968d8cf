import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { installFirmware, onPowerOff } from './firmware.ts';
import { describeMachine } from '../plan/machine-description.ts';
import { DEFAULT_PLAN } from '../plan/plan-check.ts';
import type { V86Cpu } from './v86-internals.ts';

/** PM1a control, where v86 has it and where SeaBIOS looks for it. */
const V86_CONTROL = 0xb004;
const SEABIOS_CONTROL = 0x604;
const PM_TIMER = 0xb008;
const SLP_EN = 1 << 13;
const SCI_EN = 1;

let cpu: V86Cpu;
let powerOffs = 0;

beforeAll(async () => {
  ({ cpu } = await stoppedEmulator());
  installFirmware(cpu, describeMachine(DEFAULT_PLAN));
  onPowerOff(cpu, () => {
    powerOffs += 1;
  });
});

beforeEach(() => {
  powerOffs = 0;
});

function write16(number: number, value: number): void {
  const port = cpu.io.ports[number];
  port?.write16.call(port.device, value);
}

describe('installFirmware', () => {
  it('hands the loader script and the files it names to SeaBIOS', () => {
    const names = cpu.option_roms.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['etc/table-loader', 'etc/acpi/tables', 'etc/acpi/rsdp']),
    );
  });

  it('shows the power management registers where SeaBIOS moves them', () => {
    expect(cpu.io.ports[SEABIOS_CONTROL]).toBe(cpu.io.ports[V86_CONTROL]);
    expect(cpu.io.ports[PM_TIMER - V86_CONTROL + SEABIOS_CONTROL]).toBe(cpu.io.ports[PM_TIMER]);
  });
});

describe('onPowerOff', () => {
  it.each([V86_CONTROL, SEABIOS_CONTROL])('tells of a sleep entered through port %i', (number) => {
    write16(number, SLP_EN);
    expect(powerOffs).toBe(1);
  });

  it('does not take other bits for it', () => {
    write16(V86_CONTROL, 0xffff & ~SLP_EN);
    write16(V86_CONTROL, SCI_EN);
    expect(powerOffs).toBe(0);
  });
});
