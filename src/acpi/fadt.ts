// Fixed ACPI Description Table, revision 3 (ACPI 2.0; ACPI 6.5, 5.2.9): fixed hardware registers in I/O space.

import { Structure } from './structure.ts';
import { buildTable, TABLE_HEADER_SIZE, type TableIdentity } from './table.ts';

// Offsets from the start of the table. Fields left out stay zero: no PM1b, PM2, GPE1 block, no S4BIOS, no throttling.
const SCI_INT = 46;
const SMI_CMD = 48;
const PM1A_EVT_BLK = 56;
const PM1A_CNT_BLK = 64;
const PM_TMR_BLK = 76;
const GPE0_BLK = 80;
const PM1_EVT_LEN = 88;
const PM1_CNT_LEN = 89;
const PM_TMR_LEN = 91;
const GPE0_BLK_LEN = 92;
const P_LVL2_LAT = 96;
const P_LVL3_LAT = 98;
const IAPC_BOOT_ARCH = 109;
const FLAGS = 112;
const RESET_REG = 116;
const RESET_VALUE = 128;
const X_PM1A_EVT_BLK = 148;
const X_PM1A_CNT_BLK = 172;
const X_PM_TMR_BLK = 208;
const X_GPE0_BLK = 220;
const FADT_SIZE = 244;

/** Offset of the FACS's 32-bit address. */
export const FADT_FIRMWARE_CTRL = 36;
/** Offset of the DSDT's 32-bit address. Its 64-bit twin stays zero, so this one counts. */
export const FADT_DSDT = 40;

const REVISION = 3;

// Lengths in bytes: status + enable register of 16 bits each; control register; timer port.
const PM1_EVT_BYTES = 4;
const PM1_CNT_BYTES = 2;
const PM_TMR_BYTES = 4;

// A latency above these limits (microseconds) says that the C-state is not there (5.2.9, P_LVL2_LAT, P_LVL3_LAT).
const NO_C2_LATENCY = 101;
const NO_C3_LATENCY = 1001;

const BOOT_ARCH_LEGACY_DEVICES = 1 << 0;
const BOOT_ARCH_8042 = 1 << 1;
const BOOT_ARCH_NO_MSI = 1 << 3;

const FLAG_WBINVD = 1 << 0;
const FLAG_PROC_C1 = 1 << 2;
const FLAG_NO_FIXED_POWER_BUTTON = 1 << 4;
const FLAG_NO_FIXED_SLEEP_BUTTON = 1 << 5;
const FLAG_RTC_WAKE_NOT_FIXED = 1 << 6;
const FLAG_RESET_REG_SUPPORTED = 1 << 10;

// Generic address structure (5.2.3.2): space id, bit width, bit offset, access size, 64-bit address.
const GAS_SPACE_ID = 0;
const GAS_BIT_WIDTH = 1;
const GAS_ACCESS_SIZE = 3;
const GAS_ADDRESS = 4;
const GAS_SIZE = 12;
const SPACE_SYSTEM_IO = 1;
const ACCESS_BYTE = 1;
const ACCESS_WORD = 2;
const ACCESS_DWORD = 3;

/** The fixed hardware of a machine that is always in ACPI mode; ports are I/O port numbers. */
export interface FixedHardware {
  /** GSI of the system control interrupt. */
  readonly sciGsi: number;
  /** PM1a event block: 16-bit status register, then 16-bit enable register. */
  readonly pm1aEventPort: number;
  /** PM1a control register, 16 bit: Linux writes SLP_TYP and SLP_EN here to power off. */
  readonly pm1aControlPort: number;
  /** 24-bit timer of 3.579545 MHz, read as 32 bits. */
  readonly pmTimerPort: number;
  /** General-purpose event block 0: `length` bytes, half status and half enable. */
  readonly gpe0: { readonly port: number; readonly length: number };
  /** Writing `value` (8 bit) to `port` resets the machine. */
  readonly reset: { readonly port: number; readonly value: number };
  /** Whether there is an 8042 keyboard controller to probe for. */
  readonly hasKeyboardController: boolean;
  /** Whether PCI functions may interrupt by message. */
  readonly supportsMsi: boolean;
}

interface IoRegister {
  readonly offset: number;
  readonly port: number;
  readonly bits: number;
  readonly access: number;
}

function ioRegister(register: IoRegister): Uint8Array {
  const gas = new Structure(GAS_SIZE);
  gas.u8(GAS_SPACE_ID, SPACE_SYSTEM_IO);
  gas.u8(GAS_BIT_WIDTH, register.bits);
  gas.u8(GAS_ACCESS_SIZE, register.access);
  gas.u64(GAS_ADDRESS, register.port);
  return gas.bytes;
}

function extendedRegisters(hardware: FixedHardware): readonly IoRegister[] {
  const { pm1aEventPort, pm1aControlPort, pmTimerPort, gpe0, reset } = hardware;
  return [
    { offset: RESET_REG, port: reset.port, bits: 8, access: ACCESS_BYTE },
    {
      offset: X_PM1A_EVT_BLK,
      port: pm1aEventPort,
      bits: PM1_EVT_BYTES * 8,
      access: ACCESS_WORD,
    },
    {
      offset: X_PM1A_CNT_BLK,
      port: pm1aControlPort,
      bits: PM1_CNT_BYTES * 8,
      access: ACCESS_WORD,
    },
    { offset: X_PM_TMR_BLK, port: pmTimerPort, bits: PM_TMR_BYTES * 8, access: ACCESS_DWORD },
    { offset: X_GPE0_BLK, port: gpe0.port, bits: gpe0.length * 8, access: ACCESS_BYTE },
  ];
}

/** Where the two tables that only the FADT leads to are, or their offsets in a file that the firmware will relocate. */
export interface FadtPointers {
  readonly facs: number;
  readonly dsdt: number;
}

/** The FADT. SMI_CMD stays 0, so that Linux takes ACPI mode as already enabled (`acpi_hw_get_mode`). */
export function buildFadt(
  identity: TableIdentity,
  hardware: FixedHardware,
  pointers: FadtPointers,
): Uint8Array {
  const fadt = new Structure(FADT_SIZE);
  fadt.u32(FADT_FIRMWARE_CTRL, pointers.facs);
  fadt.u32(FADT_DSDT, pointers.dsdt);
  fadt.u16(SCI_INT, hardware.sciGsi);
  fadt.u32(SMI_CMD, 0);
  fadt.u32(PM1A_EVT_BLK, hardware.pm1aEventPort);
  fadt.u32(PM1A_CNT_BLK, hardware.pm1aControlPort);
  fadt.u32(PM_TMR_BLK, hardware.pmTimerPort);
  fadt.u32(GPE0_BLK, hardware.gpe0.port);
  fadt.u8(PM1_EVT_LEN, PM1_EVT_BYTES);
  fadt.u8(PM1_CNT_LEN, PM1_CNT_BYTES);
  fadt.u8(PM_TMR_LEN, PM_TMR_BYTES);
  fadt.u8(GPE0_BLK_LEN, hardware.gpe0.length);
  fadt.u16(P_LVL2_LAT, NO_C2_LATENCY);
  fadt.u16(P_LVL3_LAT, NO_C3_LATENCY);
  const keyboard = hardware.hasKeyboardController ? BOOT_ARCH_8042 : 0;
  const msi = hardware.supportsMsi ? 0 : BOOT_ARCH_NO_MSI;
  fadt.u16(IAPC_BOOT_ARCH, BOOT_ARCH_LEGACY_DEVICES | keyboard | msi);
  fadt.u32(
    FLAGS,
    FLAG_WBINVD |
      FLAG_PROC_C1 |
      FLAG_NO_FIXED_POWER_BUTTON |
      FLAG_NO_FIXED_SLEEP_BUTTON |
      FLAG_RTC_WAKE_NOT_FIXED |
      FLAG_RESET_REG_SUPPORTED,
  );
  fadt.u8(RESET_VALUE, hardware.reset.value);
  for (const register of extendedRegisters(hardware)) {
    fadt.bytes.set(ioRegister(register), register.offset);
  }
  return buildTable('FACP', REVISION, identity, fadt.bytes.subarray(TABLE_HEADER_SIZE));
}
