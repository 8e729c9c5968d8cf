// Multiple APIC Description Table, signature "APIC" (ACPI 6.5, 5.2.12): processors and how interrupts reach them.

import { concatBytes, Structure } from './structure.ts';
import { buildTable, type TableIdentity } from './table.ts';

const REVISION = 3;

// Body: 32-bit address of the local APICs, 32-bit flags, then the entries.
const BODY_LOCAL_APIC_ADDRESS = 0;
const BODY_FLAGS = 4;
const BODY_SIZE = 8;
const FLAG_PCAT_COMPAT = 1 << 0;

const ENTRY_TYPE = 0;
const ENTRY_LENGTH = 1;

// Processor local APIC (5.2.12.2)
const LOCAL_APIC_TYPE = 0;
const LOCAL_APIC_SIZE = 8;
const LOCAL_APIC_PROCESSOR_UID = 2;
const LOCAL_APIC_ID = 3;
const LOCAL_APIC_FLAGS = 4;
const LOCAL_APIC_ENABLED = 1 << 0;

// I/O APIC (5.2.12.3)
const IO_APIC_TYPE = 1;
const IO_APIC_SIZE = 12;
const IO_APIC_ID = 2;
const IO_APIC_ADDRESS = 4;
const IO_APIC_GSI_BASE = 8;

// Interrupt source override (5.2.12.5); the bus is 0 = ISA
const OVERRIDE_TYPE = 2;
const OVERRIDE_SIZE = 10;
const OVERRIDE_SOURCE = 3;
const OVERRIDE_GSI = 4;
const OVERRIDE_FLAGS = 8;

// MPS INTI flags (5.2.12.5): polarity in bits 0-1, trigger mode in bits 2-3
const POLARITY = { 'active-high': 0b01, 'active-low': 0b11 };
const TRIGGER = { edge: 0b01 << 2, level: 0b11 << 2 };

/** An ISA interrupt that is not what ISA says it is (edge, active high, GSI = IRQ). */
export interface InterruptOverride {
  readonly isaIrq: number;
  readonly gsi: number;
  readonly polarity: keyof typeof POLARITY;
  readonly trigger: keyof typeof TRIGGER;
}

/** Processors and interrupt controllers; addresses are guest-physical. */
export interface InterruptControllers {
  readonly localApicAddress: number;
  readonly processors: readonly { readonly uid: number; readonly apicId: number }[];
  readonly ioApics: readonly {
    readonly id: number;
    readonly address: number;
    /** The GSI of the I/O APIC's pin 0. */
    readonly gsiBase: number;
  }[];
  readonly overrides: readonly InterruptOverride[];
}

function entry(type: number, length: number): Structure {
  const structure = new Structure(length);
  structure.u8(ENTRY_TYPE, type);
  structure.u8(ENTRY_LENGTH, length);
  return structure;
}

function localApic(processor: { readonly uid: number; readonly apicId: number }): Uint8Array {
  const node = entry(LOCAL_APIC_TYPE, LOCAL_APIC_SIZE);
  node.u8(LOCAL_APIC_PROCESSOR_UID, processor.uid);
  node.u8(LOCAL_APIC_ID, processor.apicId);
  node.u32(LOCAL_APIC_FLAGS, LOCAL_APIC_ENABLED);
  return node.bytes;
}

function ioApic(controller: InterruptControllers['ioApics'][number]): Uint8Array {
  const node = entry(IO_APIC_TYPE, IO_APIC_SIZE);
  node.u8(IO_APIC_ID, controller.id);
  node.u32(IO_APIC_ADDRESS, controller.address);
  node.u32(IO_APIC_GSI_BASE, controller.gsiBase);
  return node.bytes;
}

function sourceOverride(override: InterruptOverride): Uint8Array {
  const node = entry(OVERRIDE_TYPE, OVERRIDE_SIZE);
  node.u8(OVERRIDE_SOURCE, override.isaIrq);
  node.u32(OVERRIDE_GSI, override.gsi);
  node.u16(OVERRIDE_FLAGS, POLARITY[override.polarity] | TRIGGER[override.trigger]);
  return node.bytes;
}

/** The MADT of a machine that has the two 8259 controllers as well. */
export function buildMadt(identity: TableIdentity, controllers: InterruptControllers): Uint8Array {
  const body = new Structure(BODY_SIZE);
  body.u32(BODY_LOCAL_APIC_ADDRESS, controllers.localApicAddress);
  body.u32(BODY_FLAGS, FLAG_PCAT_COMPAT);
  return buildTable(
    'APIC',
    REVISION,
    identity,
    concatBytes([
      body.bytes,
      ...controllers.processors.map(localApic),
      ...controllers.ioApics.map(ioApic),
      ...controllers.overrides.map(sourceOverride),
    ]),
  );
}
