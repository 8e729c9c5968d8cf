import { describe, expect, it } from 'vitest';
import { eduRig } from '../../test/rigs/edu-rig.ts';
import * as at from '../../src/endpoints/edu-registers.ts';
import { PCI_CONFIG_SIZE } from '../../src/pci/config-layout.ts';
import type { Words } from './inspected.ts';
import { eduRows } from './edu-registers.ts';
import { capabilitiesOf } from './pci-capabilities.ts';
import { configBlocks } from './pci-config.ts';

type Rig = ReturnType<typeof eduRig>;

const windowOf = ({ edu }: Rig) => ({
  words: at.EDU_READABLE.map((offset) => ({ offset, value: edu.peek(offset) })),
  buffer: new Uint8Array(64),
});
const configOf = ({ edu }: Rig): Uint8Array =>
  Uint8Array.from({ length: PCI_CONFIG_SIZE }, (_unused, offset) => edu.pci.readConfig(offset, 1));
const textOf = (words: Words = []): string =>
  words.map((word) => (typeof word === 'string' ? word : 'text' in word ? word.text : '')).join('');
const registerOf = (rig: Rig, offset: number, domain: number | null = null): string => {
  const row = eduRows(windowOf(rig), domain).find((each) => each.offset === offset);
  return `${row?.value}: ${textOf(row?.words)}`;
};

describe('the registers of edu in words', () => {
  it('say what a driver did and what it can expect', () => {
    const rig = eduRig();
    rig.write(at.EDU_LIVENESS, 0x1234_5678);
    rig.write(at.EDU_FACTORIAL, 5);
    rig.write(at.EDU_STATUS, at.EDU_STATUS_INTERRUPT);
    rig.write(at.EDU_INTERRUPT_RAISE, at.EDU_INTERRUPT_DMA);

    expect(registerOf(rig, at.EDU_IDENTIFICATION)).toMatch(/^0x010000ed: edu, version 1\.0/);
    expect(registerOf(rig, at.EDU_LIVENESS)).toMatch(/^0xedcba987: .*0x12345678 was/);
    expect(registerOf(rig, at.EDU_STATUS)).toMatch(
      /a factorial is being computed; an interrupt is wanted/,
    );
    expect(registerOf(rig, at.EDU_INTERRUPT_STATUS)).toBe('0x00000100: a transfer is over');
    expect(registerOf(rig, at.EDU_INTERRUPT_RAISE)).toMatch(/^: write only/);
  });

  it('lead from a transfer to the address that the device sees, and say which bits it has not', () => {
    const rig = eduRig();
    rig.load(0xf000_1000, 64);
    const row = eduRows(windowOf(rig), 4).find(({ offset }) => offset === at.EDU_DMA_SOURCE);

    expect(textOf(row?.words)).toBe(
      'from where. memory, as the device sees it: 0x00001000 (the device has 28 address bits)',
    );
    expect(row?.words).toContainEqual({
      text: '0x00001000',
      to: { kind: 'iova', domain: 4, iova: 0x1000n },
    });
    expect(registerOf(rig, at.EDU_DMA_DESTINATION)).toMatch(/byte 0 of the device’s own buffer/);
    expect(registerOf(rig, at.EDU_DMA_COMMAND)).toMatch(/from memory to the buffer, under way/);
  });
});

describe('configuration space in words', () => {
  it('says who a function is, what it may do, and which capabilities it has', () => {
    const [header, ...capabilities] = configBlocks(configOf(eduRig()));
    const field = (name: string) => header?.fields.find((each) => each.name === name)?.words;

    expect(field('vendor ID')).toEqual(['0x1234: QEMU and Bochs']);
    expect(textOf(field('command'))).toMatch(/bus master: may begin accesses/);
    expect(textOf(field('BAR 1'))).toBe('0x00000000: not used');
    expect(textOf(field('interrupt pin'))).toBe('0x01: INTA#');
    expect(capabilities.map(({ title }) => title)).toEqual([
      'Interrupts by message (MSI) at 0x40',
      'Advanced features at 0x58',
    ]);
  });

  it('shows each capability of a list that a guest has bent into a circle once', () => {
    const config = new Uint8Array(PCI_CONFIG_SIZE);
    config[0x06] = 0x10;
    config[0x34] = 0xfc;
    config.set([0x09, 0x40, 0xff, 0x09], 0xfc);
    config.set([0x05, 0xfc], 0x40);

    const found = capabilitiesOf(config);

    expect(found.map(({ offset }) => offset)).toEqual([0xfc, 0x40]);
    expect(found[0]?.length).toBe(4);
    expect(found[0]?.fields).toEqual([]);
  });

  it('ends whatever a guest has written there', () => {
    for (let seed = 0; seed < 256; seed += 1) {
      const config = Uint8Array.from({ length: PCI_CONFIG_SIZE }, (_unused, index) => index * seed);
      for (const { bytes, fields } of configBlocks(config)) {
        expect(fields.every(({ offset, size }) => offset + size <= bytes.length)).toBe(true);
      }
    }
  });
});
