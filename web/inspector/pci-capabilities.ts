// The capabilities of a PCI function (PCI Local Bus 3.0, 6.7): a list in its configuration space, which the guest may have bent
// into a circle.

import * as at from '../../src/pci/config-layout.ts';
import { bitWords, hexOf, readBytes } from './register-bits.ts';

export interface CapabilityField {
  /** In the capability. */
  readonly offset: number;
  readonly size: number;
  readonly name: string;
  readonly value: number;
  readonly words: string;
}

export interface Capability {
  /** In configuration space. */
  readonly offset: number;
  readonly length: number;
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly fields: readonly CapabilityField[];
}

const HEADER_BYTES = 0x40;
/** As many as there is room for: a longer list goes round. */
const MOST = (at.PCI_CONFIG_SIZE - HEADER_BYTES) / 4;
/** Where no more is known of one. */
const HEAD_BYTES = 2;
const CAP_ID_VENDOR = 0x09;
const CAP_ID_MSIX = 0x11;
const CAP_ID_POWER = 0x01;
const VIRTIO_CAP_BYTES = 16;

type Reader = (offset: number, size: number) => number;
type Named = Omit<CapabilityField, 'value'>;
interface Shape {
  readonly name: string;
  readonly about: string;
  readonly length: number;
  readonly fields: readonly Named[];
}

function messageShape(read: Reader): Shape {
  const control = read(at.PCI_MSI_FLAGS, 2);
  const isOn = (control & at.PCI_MSI_FLAGS_ENABLE) !== 0;
  const flags = bitWords(
    control,
    [
      [at.PCI_MSI_FLAGS_ENABLE, 'on'],
      [at.PCI_MSI_FLAGS_64BIT, '64-bit addresses'],
      [at.PCI_MSI_FLAGS_MASKBIT, 'can be masked'],
    ],
    'nothing',
  );
  const isLong = (control & at.PCI_MSI_FLAGS_64BIT) !== 0;
  const data = isLong ? at.PCI_MSI_DATA : at.PCI_MSI_ADDRESS_HI;
  const vector = read(data, 1);
  return {
    name: 'Interrupts by message (MSI)',
    about: isOn
      ? 'On: instead of pulling a wire, the device writes the data to the address, and the IOMMU lets that through as a doorbell.'
      : 'Off: the device uses its pin.',
    length: isLong ? at.PCI_MSI_SIZE : at.PCI_MSI_DATA,
    fields: [
      { offset: at.PCI_MSI_FLAGS, size: 2, name: 'control', words: isOn ? flags : `off; ${flags}` },
      { offset: at.PCI_MSI_ADDRESS_LO, size: 4, name: 'address', words: 'where the message goes' },
      ...(isLong
        ? [
            {
              offset: at.PCI_MSI_ADDRESS_HI,
              size: 4,
              name: 'address, upper',
              words: 'its upper half',
            },
          ]
        : []),
      { offset: data, size: 2, name: 'data', words: `interrupt vector ${vector}` },
      ...((control & at.PCI_MSI_FLAGS_MASKBIT) === 0 || !isLong
        ? []
        : [
            {
              offset: at.PCI_MSI_MASK,
              size: 4,
              name: 'mask',
              words: 'messages that the driver holds back',
            },
            {
              offset: at.PCI_MSI_PENDING,
              size: 4,
              name: 'pending',
              words: 'messages that wait for it',
            },
          ]),
    ],
  };
}

function resetShape(read: Reader): Shape {
  const has = read(at.PCI_AF_CAP, 1);
  return {
    name: 'Advanced features',
    about:
      'A driver can reset this device alone, which VFIO asks for before it hands the device out.',
    length: at.PCI_AF_SIZE,
    fields: [
      {
        offset: at.PCI_AF_CAP,
        size: 1,
        name: 'features',
        words: bitWords(
          has,
          [
            [at.PCI_AF_CAP_TP, 'tells of transactions under way'],
            [at.PCI_AF_CAP_FLR, 'can be reset (FLR)'],
          ],
          'none',
        ),
      },
      {
        offset: at.PCI_AF_CTRL,
        size: 1,
        name: 'control',
        words: 'a one written to bit 0 resets it',
      },
    ],
  };
}

/** virtio 1.2, 4.1.4: which part of a virtio device is where. */
const VIRTIO_PARTS = [
  '',
  'common configuration',
  'notifications',
  'interrupt status',
  'device configuration',
  'access by configuration space',
];

function virtioShape(read: Reader): Shape {
  const part = VIRTIO_PARTS[read(3, 1)] ?? '';
  return {
    name: part === '' ? 'Of its maker' : `virtio: ${part}`,
    about:
      'Says in which window, and where in it, this part of a virtio device is (virtio 1.2, 4.1.4).',
    length: Math.max(HEAD_BYTES, Math.min(read(2, 1), VIRTIO_CAP_BYTES)),
    fields: [
      { offset: 4, size: 1, name: 'BAR', words: 'the window' },
      { offset: 8, size: 4, name: 'offset', words: 'where it begins there' },
      { offset: 12, size: 4, name: 'length', words: `${read(12, 4)} bytes` },
    ],
  };
}

function shapeOf(id: number, read: Reader): Shape {
  switch (id) {
    case at.PCI_CAP_ID_MSI:
      return messageShape(read);
    case at.PCI_CAP_ID_AF:
      return resetShape(read);
    case CAP_ID_VENDOR:
      return virtioShape(read);
    case CAP_ID_MSIX:
      return {
        name: 'MSI-X',
        about: 'Interrupts by message, from a table of them.',
        length: 12,
        fields: [],
      };
    case CAP_ID_POWER:
      return { name: 'Power', about: 'The device can be put to sleep.', length: 8, fields: [] };
    default:
      return {
        name: `Capability ${hexOf(id, 2)}`,
        about: 'One that this page does not know.',
        length: HEAD_BYTES,
        fields: [],
      };
  }
}

/** Each once, as the list has them. */
export function capabilitiesOf(config: Uint8Array): readonly Capability[] {
  const found: Capability[] = [];
  const seen = new Set<number>();
  const hasList = (readBytes(config, at.PCI_STATUS, 2) & at.PCI_STATUS_CAP_LIST) !== 0;
  let offset = hasList ? readBytes(config, at.PCI_CAPABILITY_LIST, 1) & ~3 : 0;
  while (offset >= HEADER_BYTES && !seen.has(offset) && seen.size < MOST) {
    seen.add(offset);
    const start = offset;
    const read: Reader = (inside, size) => readBytes(config, start + inside, size);
    const { fields, length, ...rest } = shapeOf(read(at.PCI_CAP_ID, 1), read);
    const kept = Math.min(length, at.PCI_CONFIG_SIZE - start);
    found.push({
      ...rest,
      offset: start,
      length: kept,
      fields: fields
        .filter((field) => field.offset + field.size <= kept)
        .map((field) => ({ ...field, value: read(field.offset, field.size) })),
    });
    offset = read(at.PCI_CAP_NEXT, 1) & ~3;
  }
  return found;
}
