import { describe, expect, it } from 'vitest';
import { IDENTITY, PC } from '../../test/tools/pc-description.ts';
import { buildAcpiTables } from './acpi-tables.ts';
import { buildViot } from './iommu-tables.ts';
import { LoaderScript } from './loader-script.ts';
import { byteSum } from './table.ts';

const COMMAND_SIZE = 128;

type Files = Map<string, Uint8Array>;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function nameAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, bytes.indexOf(0, offset)));
}

/** What the firmware does with the script: puts files at `addresses` and patches them there. */
function load(files: Files, addresses: ReadonlyMap<string, number>): ReadonlyMap<string, DataView> {
  const script = files.get('etc/table-loader') ?? new Uint8Array();
  const loaded = new Map<string, DataView>();
  const file = (name: string): DataView => loaded.get(name) ?? view(new Uint8Array());
  for (let at = 0; at < script.length; at += COMMAND_SIZE) {
    const command = script.subarray(at, at + COMMAND_SIZE);
    const word = (offset: number): number => view(command).getUint32(offset, true);
    const target = nameAt(command, 4);
    const actions: Record<number, () => void> = {
      1: () => void loaded.set(target, view((files.get(target) ?? new Uint8Array()).slice())),
      2: () => {
        const pointer = word(116);
        const value = file(target).getUint32(pointer, true);
        file(target).setUint32(pointer, value + (addresses.get(nameAt(command, 60)) ?? 0), true);
      },
      3: () => {
        const bytes = new Uint8Array(file(target).buffer, word(64), word(68));
        const sum = file(target).getUint8(word(60)) - byteSum(bytes);
        file(target).setUint8(word(60), sum & 0xff);
      },
    };
    actions[word(0)]?.();
  }
  return loaded;
}

const TABLES_ADDRESS = 0x07fe_0040;
const RSDP_ADDRESS = 0xf_5200;

/** Follows RSDP and RSDT as a guest does: signature and bytes of each table listed. */
function tablesOf(description: typeof PC): ReadonlyMap<string, Uint8Array> {
  const files: Files = new Map(
    buildAcpiTables(description).files.map(({ name, data }) => [name, data]),
  );
  const loaded = load(
    files,
    new Map([
      ['etc/acpi/tables', TABLES_ADDRESS],
      ['etc/acpi/rsdp', RSDP_ADDRESS],
    ]),
  );
  const rsdp = loaded.get('etc/acpi/rsdp') ?? view(new Uint8Array());
  const memory = loaded.get('etc/acpi/tables') ?? view(new Uint8Array());
  const tableAt = (address: number): Uint8Array => {
    const offset = address - TABLES_ADDRESS;
    return new Uint8Array(memory.buffer, offset, memory.getUint32(offset + 4, true));
  };
  const found = new Map<string, Uint8Array>([['RSD PTR', new Uint8Array(rsdp.buffer)]]);
  const note = (table: Uint8Array): void =>
    void found.set(String.fromCharCode(...table.subarray(0, 4)), table);
  const rsdt = tableAt(rsdp.getUint32(16, true));
  note(rsdt);
  for (let entry = 36; entry < rsdt.length; entry += 4) {
    note(tableAt(view(rsdt).getUint32(entry, true)));
  }
  const fadt = view(found.get('FACP') ?? new Uint8Array(48));
  note(tableAt(fadt.getUint32(36, true)));
  note(tableAt(fadt.getUint32(40, true)));
  return found;
}

describe('tables placed by the firmware', () => {
  it('lead a guest from the RSDP to every table', () => {
    expect([...tablesOf(PC).keys()]).toEqual([
      'RSD PTR',
      'RSDT',
      'FACP',
      'APIC',
      'VIOT',
      'FACS',
      'DSDT',
    ]);
  });

  it.each(['RSD PTR', 'RSDT', 'FACP', 'APIC', 'VIOT', 'DSDT'])(
    'have a sum of zero after relocation: %s',
    (name) => {
      const table = tablesOf(PC).get(name) ?? Uint8Array.of(1);

      expect(byteSum(table)).toBe(0);
    },
  );

  it('have the FACS on a 64-byte boundary', () => {
    const facs = tablesOf(PC).get('FACS') ?? new Uint8Array(1);

    expect((TABLES_ADDRESS + facs.byteOffset) % 64).toBe(0);
  });

  it.each([
    ['viot', ['VIOT']],
    ['iort', ['IORT']],
    ['viot+iort', ['VIOT', 'IORT']],
  ] as const)('[C18 C.3] have the tables chosen for the IOMMU: %s', (iommuTables, expected) => {
    const chosen = { ...PC, iommuTables };
    const { viot, iort } = buildAcpiTables(chosen);
    const found = tablesOf(chosen);

    expect([...found.keys()].filter((name) => name === 'VIOT' || name === 'IORT')).toEqual(
      expected,
    );
    expect([found.get('VIOT'), found.get('IORT')]).toEqual([viot, iort]);
    expect([...found.values()].map(byteSum)).toEqual(
      [...found.keys()].map((name) => (name === 'FACS' ? expect.any(Number) : 0)),
    );
  });

  it.each(['viot', 'iort', 'viot+iort'] as const)(
    'have none of them without an IOMMU: %s',
    (iommuTables) => {
      const bare = { ...PC, iommus: [], iommuTables };

      expect([...tablesOf(bare).keys()]).toEqual([
        'RSD PTR',
        'RSDT',
        'FACP',
        'APIC',
        'FACS',
        'DSDT',
      ]);
      expect(buildAcpiTables(bare)).toMatchObject({ viot: undefined, iort: undefined });
    },
  );

  it('[C18 C20] describe a PCI IOMMU as such, and its own function as behind none', () => {
    const range = { endpointStart: 0, segmentStart: 0, segmentEnd: 0, bdfStart: 0, bdfEnd: 0xff };
    const viot = buildViot(IDENTITY, [
      { at: { kind: 'pci', segment: 0, bdf: 0x18 }, pciRanges: [range], mmioEndpoints: [] },
    ]);

    expect(Array.from(viot.subarray(48))).toEqual(
      [
        [3, 0, 16, 0, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x17, 0, 48, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 24, 0, 0x19, 0, 0, 0, 0, 0, 0, 0, 0x19, 0, 0xff, 0, 48, 0, 0, 0, 0, 0, 0, 0],
      ].flat(),
    );
  });
});

/** The bytes of command number `index` that are not zero, by their offset in the command. */
function nonZeroBytes(script: Uint8Array, index: number): Record<number, number> {
  const command = script.subarray(index * COMMAND_SIZE, (index + 1) * COMMAND_SIZE);
  return Object.fromEntries([...command.entries()].filter(([, byte]) => byte !== 0));
}

describe('loader script', () => {
  it('encodes each command in 128 bytes', () => {
    const script = new LoaderScript();
    script.allocate('a', 64, 'high');
    script.allocate('b', 16, 'fseg');
    script.addPointer({ inFile: 'b', offset: 16, toFile: 'a' });
    script.addChecksum({ file: 'b', checksumOffset: 8, start: 1, length: 20 });

    const bytes = script.build();

    expect(bytes).toHaveLength(4 * COMMAND_SIZE);
    expect([0, 1, 2, 3].map((index) => nonZeroBytes(bytes, index))).toEqual([
      { 0: 1, 4: 0x61, 60: 64, 64: 1 },
      { 0: 1, 4: 0x62, 60: 16, 64: 2 },
      { 0: 2, 4: 0x62, 60: 0x61, 116: 16, 120: 4 },
      { 0: 3, 4: 0x62, 60: 8, 64: 1, 68: 20 },
    ]);
  });

  it('rejects a patch of a file not yet allocated', () => {
    const script = new LoaderScript();
    script.allocate('a', 1, 'high');

    expect(() => script.addPointer({ inFile: 'a', offset: 0, toFile: 'b' })).toThrow('b is alloc');
    expect(() => script.addChecksum({ file: 'b', checksumOffset: 0, start: 0, length: 1 })).toThrow(
      'b is allocated',
    );
  });

  it.each([0, 3, 48])('rejects the alignment %d', (alignment) => {
    expect(() => new LoaderScript().allocate('a', alignment, 'high')).toThrow('power of two');
  });

  it('rejects a file name that leaves no room for its final zero', () => {
    expect(() => new LoaderScript().allocate('x'.repeat(56), 1, 'high')).toThrow('final zero');
  });
});
