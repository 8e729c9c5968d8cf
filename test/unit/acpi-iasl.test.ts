// Our tables as ACPICA, the reference implementation that is also inside Linux, reads them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIort, buildViot } from '../../src/acpi/iommu-tables.ts';
import { buildDsdt } from '../../src/acpi/dsdt.ts';
import { buildFadt } from '../../src/acpi/fadt.ts';
import { buildMadt } from '../../src/acpi/madt.ts';
import { TABLE_HEADER_SIZE } from '../../src/acpi/table.ts';
import { ensureIasl, iasl } from '../tools/ensure-iasl.ts';
import { IDENTITY, PC } from '../tools/pc-description.ts';

const INSTALL_LIMIT_MS = 180_000;
let directory = '';

beforeAll(() => {
  ensureIasl();
  directory = mkdtempSync(join(tmpdir(), 'viommu-acpi-'));
}, INSTALL_LIMIT_MS);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Disassembly {
  readonly messages: string;
  /** The disassembly without offsets and comments, in which versions of iasl differ, and with runs of blanks made one. */
  readonly text: string;
}

function disassemble(name: string, table: Uint8Array): Disassembly {
  writeFileSync(join(directory, `${name}.aml`), table);
  const messages = iasl(directory, ['-d', `${name}.aml`]);
  const text = readFileSync(join(directory, `${name}.dsl`), 'latin1')
    .replace(/\/\/.*$/gm, '')
    .replace(/^\[[0-9A-F]+h [^\]]*\]/gm, '')
    .replace(/\s+/g, ' ');
  return { messages, text };
}

const COMPLAINT = /error|warning|incorrect|invalid|should be|unknown opcode/i;

describe('iasl', () => {
  const dsdt = buildDsdt(IDENTITY, PC.devices);

  it('[C21] disassembles the DSDT to the devices described', () => {
    const { messages, text } = disassemble('dsdt', dsdt);

    expect(messages).not.toMatch(COMPLAINT);
    expect(text).not.toMatch(COMPLAINT);
    for (const line of [
      'DefinitionBlock ("", "DSDT", 2, "VIOMMU", "VIOMMUPC", 0x00000001)',
      'Name (_S5, Package (0x04)',
      'Device (PCI0) { Name (_HID, EisaId ("PNP0A03")',
      'WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0x0000, 0x0000, 0x00FF, 0x0000, 0x0100,',
      'IO (Decode16, 0x0CF8, 0x0CF8, 0x01, 0x08,',
      'EntireRange, 0x0000, 0x0000, 0x0CF7,',
      'EntireRange, 0x0000, 0x0D00, 0xFFFF,',
      'NonCacheable, ReadWrite, 0x00000000, 0xC0000000, 0xFBFFFFFF, 0x00000000, 0x3C000000,',
      'Name (_PRT, Package (0x7C)',
      // Device 6, INTA#: [10,10,11,11][(0 + 6 - 1) & 3]
      'Package (0x04) { 0x0006FFFF, Zero, Zero, 0x0A }',
      'Package (0x04) { 0x001FFFFF, 0x03, Zero, 0x0A }',
      'Device (VM00) { Name (_HID, "LNRO0005") Name (_UID, Zero)',
      'Memory32Fixed (ReadWrite, 0xFD000000, 0x00001000, ) Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive, ,, ) { 0x00000011, }',
      'Device (VM01) { Name (_HID, "LNRO0005") Name (_UID, One)',
      'Memory32Fixed (ReadWrite, 0xFD020000, 0x00001000, ) Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive, ,, ) { 0x00000012, }',
      'Device (COM1) { Name (_HID, EisaId ("PNP0501")',
      'Device (RTC) { Name (_HID, EisaId ("PNP0B00")',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('compiles its disassembly of the DSDT back to the same AML, without a remark', () => {
    disassemble('again', dsdt);

    const messages = iasl(directory, ['-p', 'recompiled', 'again.dsl']);

    expect(messages).toContain('0 Errors, 0 Warnings, 0 Remarks');
    const recompiled = readFileSync(join(directory, 'recompiled.aml'));
    expect(recompiled.toString('hex', TABLE_HEADER_SIZE)).toBe(
      Buffer.from(dsdt).toString('hex', TABLE_HEADER_SIZE),
    );
  });

  it('reads the fixed hardware in the FADT', () => {
    const fadt = buildFadt(IDENTITY, PC.fixedHardware, { facs: 0x40, dsdt: 0x80 });

    const { messages, text } = disassemble('facp', fadt);

    expect(messages).not.toMatch(COMPLAINT);
    for (const line of [
      'Table Length : 000000F4',
      'FACS Address : 00000040',
      'DSDT Address : 00000080',
      'SCI Interrupt : 0009',
      'SMI Command Port : 00000000',
      'PM1A Event Block Address : 0000B000',
      'PM1A Control Block Address : 0000B004',
      'PM Timer Block Address : 0000B008',
      'GPE0 Block Address : 0000AFE0',
      'GPE0 Block Length : 04',
      '32-bit PM Timer (V1) : 0',
      'Reset Register Supported (V2) : 1',
      'Encoded Access Width : 01 [Byte Access:8] Address : 0000000000000064',
      'Value to cause reset : FE',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('reads processors, I/O APIC and overrides in the MADT', () => {
    const { messages, text } = disassemble('apic', buildMadt(IDENTITY, PC.interrupts));

    expect(messages).not.toMatch(COMPLAINT);
    for (const line of [
      'Local Apic Address : FEE00000',
      '[Processor Local APIC]',
      'Processor Enabled : 1',
      '[I/O APIC]',
      'Address : FEC00000 Interrupt : 00000000',
      'Source : 09 Interrupt : 00000009',
      'Source : 0A Interrupt : 0000000A',
      'Source : 0B Interrupt : 0000000B',
      'Polarity : 1 Trigger Mode : 3',
    ]) {
      expect(text).toContain(line);
    }
  });

  // Debian 12's iasl (20200925) is older than the VIOT: it checks the header and prints the nodes as bytes, as newer
  // versions do after the fields that they know. viot.test.ts has the nodes field by field.
  it('[C18] accepts the header of the VIOT and prints its nodes', () => {
    const viot = buildViot(IDENTITY, PC.iommus);

    const { messages, text } = disassemble('viot', viot);

    expect(messages).not.toMatch(COMPLAINT);
    for (const line of [
      'Signature : "VIOT"',
      'Table Length : 00000070',
      'Oem Table ID : "VIOMMUPC"',
      'Raw Table Data: Length 112 (0x70)',
      '0020: 01 00 00 00 03 00 30 00 00 00 00 00 00 00 00 00',
      '0030: 04 00 10 00 00 00 00 00 00 00 00 FD 00 00 00 00',
      '0040: 01 00 18 00 00 00 00 00 00 00 00 00 00 00 FF 00',
      '0050: 30 00 00 00 00 00 00 00 02 00 18 00 00 10 00 00',
      '0060: 00 00 02 FD 00 00 00 00 30 00 00 00 00 00 00 00',
    ]) {
      expect(text).toContain(line);
    }
  });

  // The node of the IOMMU was never in Arm's specification: iasl prints its header, names it unknown and goes on by its
  // length. iort.test.ts has it field by field.
  it('[C18 C.3] reads the IORT but for the node of the IOMMU, which it skips', () => {
    const iort = buildIort(IDENTITY, PC.iommus, PC.devices.mmioDevices);

    const { messages, text } = disassemble('iort', iort);

    expect(messages).not.toMatch(COMPLAINT);
    expect(text).not.toMatch(COMPLAINT);
    expect(text.match(/\*{4}[^[]*?(?= Type)/g)).toEqual(['**** Unknown IORT node type 0x80']);
    for (const line of [
      'Signature : "IORT" [IO Remapping Table] Table Length : 000000DC Revision : 00',
      'Node Count : 00000003 Node Offset : 00000030',
      'Type : 80 Length : 0038 Revision : 00',
      'Type : 02 Length : 0038 Revision : 01',
      'PCI Segment Number : 00000000 Memory Size Limit : 40',
      'Input base : 00000000 ID Count : 000000FF Output Base : 00000000 Output Reference : 00000030',
      'Type : 01 Length : 003C Revision : 00',
      'Device Name : "\\_SB.VM01"',
      'Input base : 00000000 ID Count : 00000000 Output Base : 00001000 Output Reference : 00000030',
      'Single Mapping : 1',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('complains about a table whose checksum is wrong', () => {
    const broken = buildMadt(IDENTITY, PC.interrupts);
    broken[TABLE_HEADER_SIZE] = 0xff;

    expect(disassemble('broken', broken).messages).toMatch(COMPLAINT);
  });
});
