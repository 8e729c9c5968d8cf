// What the firmware hands to the guest: ACPI tables through v86's fw_cfg file directory.

import { buildAcpiTables, type AcpiDescription } from '../../acpi/acpi-tables.ts';
import { PM1A_CONTROL, V86_PM_BASE } from '../plan/machine-description.ts';
import type { V86Cpu } from './v86-internals.ts';

/** Where SeaBIOS moves the power management registers when it is given tables, and then polls the timer for ever. */
const SEABIOS_PM_BASE = 0x600;
const PM_PORTS = 16;
/** Bit of PM1a control that enters the sleep state written with it (ACPI 6.5, 4.8.3.2.1). */
const SLP_EN = 1 << 13;

/** Gives the machine's tables to SeaBIOS, which publishes them; call before the machine runs. */
export function installFirmware(cpu: V86Cpu, machine: AcpiDescription): void {
  for (const { name, data } of buildAcpiTables(machine).files) cpu.option_roms.push({ name, data });
  for (let offset = 0; offset < PM_PORTS; offset++) {
    const port = cpu.io.ports[V86_PM_BASE + offset];
    if (port !== undefined) cpu.io.ports[SEABIOS_PM_BASE + offset] = port;
  }
}

/** Calls `listener` when the guest switches the machine off; v86 itself takes no notice of it. */
export function onPowerOff(cpu: V86Cpu, listener: () => void): void {
  const port = cpu.io.ports[PM1A_CONTROL];
  if (port === undefined) return;
  const write16 = port.write16;
  port.write16 = (value) => {
    write16.call(port.device, value);
    if ((value & SLP_EN) !== 0) listener();
  };
}
