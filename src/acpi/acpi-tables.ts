// All tables of a machine as the three fw_cfg files that SeaBIOS places, relocates and publishes.

import { buildDsdt, type DsdtDescription } from './dsdt.ts';
import { buildFacs, FACS_ALIGNMENT } from './facs.ts';
import { buildFadt, FADT_DSDT, FADT_FIRMWARE_CTRL, type FixedHardware } from './fadt.ts';
import type { IommuDescription } from './iommu-description.ts';
import { buildIort, buildViot, type IommuTables } from './iommu-tables.ts';
import { LoaderScript } from './loader-script.ts';
import { buildMadt, type InterruptControllers } from './madt.ts';
import { buildRsdp, RSDP_ALIGNMENT, RSDP_CHECKSUM, RSDP_RSDT_ADDRESS, RSDP_SIZE } from './rsdp.ts';
import { buildRsdt, rsdtEntryOffset } from './rsdt.ts';
import { concatBytes } from './structure.ts';
import { TABLE_CHECKSUM, type TableIdentity } from './table.ts';

const TABLES_FILE = 'etc/acpi/tables';
const RSDP_FILE = 'etc/acpi/rsdp';
const LOADER_FILE = 'etc/table-loader';

// The tables follow the FACS at multiples of this; some guests read their fields as aligned words.
const TABLE_ALIGNMENT = 16;

/** Everything that ACPI tells a guest about its machine. */
export interface AcpiDescription {
  readonly identity: TableIdentity;
  readonly fixedHardware: FixedHardware;
  readonly interrupts: InterruptControllers;
  readonly devices: DsdtDescription;
  /** Empty for a machine without IOMMU, which then has no table of them. */
  readonly iommus: readonly IommuDescription[];
  /** Which tables tell of the IOMMUs. */
  readonly iommuTables: IommuTables;
}

/** A file of the firmware configuration device. */
export interface FirmwareFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The tables, ready for the firmware. */
export interface AcpiTables {
  /** `etc/acpi/tables`, `etc/acpi/rsdp`, `etc/table-loader`. */
  readonly files: readonly FirmwareFile[];
  /** Byte for byte what the guest reads as /sys/firmware/acpi/tables/VIOT: it holds no address to relocate. */
  readonly viot: Uint8Array | undefined;
  /** The same for IORT. */
  readonly iort: Uint8Array | undefined;
}

/** The file of tables while it grows: gives each table its offset. */
class TableFile {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get bytes(): Uint8Array {
    return concatBytes(this.#parts);
  }

  /** Adds a table and returns its offset in the file. */
  append(table: Uint8Array): number {
    const offset = Math.ceil(this.#length / TABLE_ALIGNMENT) * TABLE_ALIGNMENT;
    this.#parts.push(new Uint8Array(offset - this.#length), table);
    this.#length = offset + table.length;
    return offset;
  }
}

/**
 * Builds all tables. Pointers between them hold offsets into `etc/acpi/tables`; the loader script makes the
 * firmware turn them into addresses and correct the checksums of the tables so changed.
 */
export function buildAcpiTables(description: AcpiDescription): AcpiTables {
  const { identity } = description;
  const script = new LoaderScript();
  script.allocate(RSDP_FILE, RSDP_ALIGNMENT, 'fseg');
  script.allocate(TABLES_FILE, FACS_ALIGNMENT, 'high');

  const file = new TableFile();
  // The FACS comes first, at offset 0 of a file that is aligned as the FACS must be.
  const facs = file.append(buildFacs());
  const dsdt = file.append(buildDsdt(identity, description.devices));
  const fadtTable = buildFadt(identity, description.fixedHardware, { facs, dsdt });
  const fadt = file.append(fadtTable);
  relocate(script, fadt, fadtTable.length, [FADT_FIRMWARE_CTRL, FADT_DSDT]);

  const madt = file.append(buildMadt(identity, description.interrupts));
  const { viot, iort } = iommuTables(description);
  const optional = [viot, iort].filter((table) => table !== undefined);
  const listed = [fadt, madt, ...optional.map((table) => file.append(table))];

  const rsdtTable = buildRsdt(identity, listed);
  const rsdt = file.append(rsdtTable);
  relocate(
    script,
    rsdt,
    rsdtTable.length,
    listed.map((_, index) => rsdtEntryOffset(index)),
  );

  script.addPointer({ inFile: RSDP_FILE, offset: RSDP_RSDT_ADDRESS, toFile: TABLES_FILE });
  script.addChecksum({
    file: RSDP_FILE,
    checksumOffset: RSDP_CHECKSUM,
    start: 0,
    length: RSDP_SIZE,
  });

  return {
    files: [
      { name: TABLES_FILE, data: file.bytes },
      { name: RSDP_FILE, data: buildRsdp(identity.oemId, rsdt) },
      { name: LOADER_FILE, data: script.build() },
    ],
    viot,
    iort,
  };
}

function iommuTables(description: AcpiDescription): Pick<AcpiTables, 'viot' | 'iort'> {
  const { identity, iommus, devices } = description;
  const chosen = iommus.length === 0 ? [] : description.iommuTables.split('+');
  return {
    viot: chosen.includes('viot') ? buildViot(identity, iommus) : undefined,
    iort: chosen.includes('iort') ? buildIort(identity, iommus, devices.mmioDevices) : undefined,
  };
}

/** Has the firmware relocate the pointers of the table at `table` and then correct its checksum. */
function relocate(
  script: LoaderScript,
  table: number,
  length: number,
  pointers: readonly number[],
): void {
  for (const pointer of pointers) {
    script.addPointer({ inFile: TABLES_FILE, offset: table + pointer, toFile: TABLES_FILE });
  }
  script.addChecksum({
    file: TABLES_FILE,
    checksumOffset: table + TABLE_CHECKSUM,
    start: table,
    length,
  });
}
