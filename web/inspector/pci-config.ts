// The configuration space of a PCI function: what its registers say, in words. The guest may have written anything there.

import * as at from '../../src/pci/config-layout.ts';
import type { ByteBlock, FieldView, Words } from './inspected.ts';
import { bitWords, hexOf, readBytes } from './register-bits.ts';
import { capabilitiesOf, type Capability } from './pci-capabilities.ts';

const HEADER_BYTES = 0x40;
const FIRST_BAR = at.PCI_BASE_ADDRESS_0;
const BARS = 6;

const COMMAND_BITS = [
  [1, 'I/O ports'],
  [at.PCI_COMMAND_MEMORY, 'answers at its memory window'],
  [at.PCI_COMMAND_MASTER, 'bus master: may begin accesses of its own (DMA)'],
  [at.PCI_COMMAND_PARITY, 'minds parity'],
  [at.PCI_COMMAND_SERR, 'may report system errors'],
  [at.PCI_COMMAND_INTX_DISABLE, 'interrupt pin off'],
] as const;

const STATUS_BITS = [
  [at.PCI_STATUS_INTERRUPT, 'wants an interrupt'],
  [at.PCI_STATUS_CAP_LIST, 'has capabilities'],
  [at.PCI_STATUS_SIG_TARGET_ABORT, 'refused an access'],
  [at.PCI_STATUS_REC_TARGET_ABORT, 'an access of its own was refused'],
  [
    at.PCI_STATUS_REC_MASTER_ABORT,
    'nobody answered an access of its own: what a stopped DMA looks like',
  ],
  [at.PCI_STATUS_SIG_SYSTEM_ERROR, 'reported a system error'],
  [at.PCI_STATUS_DETECTED_PARITY, 'saw a parity error'],
] as const;

/** PCI Local Bus 3.0, appendix D: base class and sub-class. */
const CLASSES: Readonly<Record<number, string>> = {
  0x00ff: 'no class of its own',
  0x0101: 'IDE controller',
  0x0180: 'mass storage',
  0x0200: 'network card',
  0x0002: 'no class of its own',
  0x0780: 'communication device',
};

const VENDORS: Readonly<Record<number, string>> = {
  0x1234: 'QEMU and Bochs',
  0x1af4: 'Red Hat (virtio)',
  0x8086: 'Intel',
};

function barWords(value: number): string {
  if (value === 0) return 'not used';
  if ((value & 1) !== 0) return `I/O ports from ${hexOf((value & ~3) >>> 0, 4)} on`;
  return `memory window at ${hexOf((value & ~0xf) >>> 0, 8)}`;
}

interface Told {
  readonly offset: number;
  readonly size: number;
  readonly name: string;
  readonly words: (value: number) => string;
}

const plain = (value: number): string => String(value);

const REGISTERS: readonly Told[] = [
  {
    offset: at.PCI_VENDOR_ID,
    size: 2,
    name: 'vendor ID',
    words: (value) => VENDORS[value] ?? 'who made it',
  },
  {
    offset: at.PCI_DEVICE_ID,
    size: 2,
    name: 'device ID',
    words: () => 'which of its devices: by both a driver finds it',
  },
  {
    offset: at.PCI_COMMAND,
    size: 2,
    name: 'command',
    words: (value) => bitWords(value, COMMAND_BITS, 'off: it neither answers nor begins an access'),
  },
  {
    offset: at.PCI_STATUS,
    size: 2,
    name: 'status',
    words: (value) => bitWords(value, STATUS_BITS, 'nothing to report'),
  },
  { offset: at.PCI_REVISION_ID, size: 1, name: 'revision', words: plain },
  { offset: at.PCI_CLASS_PROG, size: 1, name: 'interface', words: plain },
  {
    offset: at.PCI_CLASS_DEVICE,
    size: 2,
    name: 'class',
    words: (value) => CLASSES[value] ?? 'what kind of device it is',
  },
  ...Array.from({ length: BARS }, (_unused, index): Told => ({
    offset: FIRST_BAR + 4 * index,
    size: 4,
    name: `BAR ${index}`,
    words: barWords,
  })),
  {
    offset: at.PCI_SUBSYSTEM_VENDOR_ID,
    size: 2,
    name: 'subsystem vendor',
    words: (value) => VENDORS[value] ?? 'who made the card',
  },
  { offset: at.PCI_SUBSYSTEM_ID, size: 2, name: 'subsystem', words: () => 'which card' },
  {
    offset: at.PCI_CAPABILITY_LIST,
    size: 1,
    name: 'capabilities',
    words: (value) => (value === 0 ? 'none' : `the first is at ${hexOf(value, 2)}`),
  },
  {
    offset: at.PCI_INTERRUPT_LINE,
    size: 1,
    name: 'interrupt line',
    words: () => 'a note of the firmware for the driver; the device does not use it',
  },
  {
    offset: at.PCI_INTERRUPT_PIN,
    size: 1,
    name: 'interrupt pin',
    words: (value) => (value >= 1 && value <= 4 ? `INT${'ABCD'[value - 1]}#` : 'none'),
  },
];

function fieldOf(bytes: Uint8Array, { offset, size, name, words }: Told): FieldView {
  const value = readBytes(bytes, offset, size);
  return {
    id: `config ${offset}`,
    key: '',
    name,
    offset,
    size,
    words: [`${hexOf(value, 2 * size)}: ${words(value)}`],
  };
}

/** The header and what each of its registers says. */
function headerBlock(config: Uint8Array): ByteBlock {
  return {
    title: 'PCI configuration space',
    note: 'Every PCI device has this page of registers. The system reads here who it is, and switches it on.',
    clause: 'PCI 3.0, 6.1',
    bytes: config.subarray(0, HEADER_BYTES),
    missing: 0,
    fields: REGISTERS.map((told) => fieldOf(config, told)),
  };
}

function capabilityBlock(
  { offset, length, name, about, fields }: Capability,
  config: Uint8Array,
): ByteBlock {
  return {
    title: `${name} at ${hexOf(offset, 2)}`,
    note: about,
    clause: 'PCI 3.0, 6.7',
    bytes: config.subarray(offset, offset + length),
    missing: 0,
    fields: fields.map((field): FieldView => {
      const words: Words = [`${hexOf(field.value, 2 * field.size)}: ${field.words}`];
      return { ...field, id: `capability ${offset} ${field.offset}`, key: '', words };
    }),
  };
}

/** All of it that says something: the header, and each capability. */
export function configBlocks(config: Uint8Array): readonly ByteBlock[] {
  return [
    headerBlock(config),
    ...capabilitiesOf(config).map((capability) => capabilityBlock(capability, config)),
  ];
}
