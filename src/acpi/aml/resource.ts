// Resource descriptors (ACPI 6.5, 6.4) and the template that holds them: what a device's _CRS says it occupies.
// Small descriptors have a tag byte with their length; large ones a tag byte and a 16-bit length.

import { assert } from '../../base/assert.ts';
import { concatBytes, Structure } from '../structure.ts';
import type { AmlResource, AmlValue } from './code.ts';
import { buffer } from './value.ts';

const LARGE_LENGTH = 1;
const LARGE_HEADER_SIZE = 3;

// IRQ descriptor without flags (6.4.2.1): edge, active high, not shared. Tag | le16 mask of IRQs.
const IRQ = { tag: 0x22, size: 3, mask: 1 };
// I/O port descriptor (6.4.2.5): decode | min | max | alignment | length
const IO = { tag: 0x47, size: 8, decode: 1, min: 2, max: 4, alignment: 6, length: 7 };
const IO_DECODES_16_BITS = 1;
const IO_ALIGNMENT_ANY = 1;
// End tag (6.4.2.9): tag | checksum, where zero stands for a template whose sum is right.
const END_TAG = Uint8Array.of(0x79, 0);

// 32-bit fixed memory range (6.4.3.4)
const MEMORY_32_FIXED = { tag: 0x86, size: 12, access: 3, base: 4, length: 8 };
const MEMORY_READ_WRITE = 1;
// Extended interrupt (6.4.3.6) with one interrupt
const INTERRUPT = { tag: 0x89, size: 9, flags: 3, count: 4, gsi: 5 };
const INTERRUPT_CONSUMER = 1 << 0;
const INTERRUPT_EDGE = 1 << 1;
const INTERRUPT_ACTIVE_LOW = 1 << 2;
const INTERRUPT_SHARED = 1 << 3;

// Word and dword address space (6.4.3.5.3, 6.4.3.5.2): resource type, general flags, type-specific flags, then
// granularity, minimum, maximum, translation offset and length, each 16 or 32 bits.
const WORD_ADDRESS = { tag: 0x88, size: 16, minimum: 8, maximum: 10, length: 14 };
const DWORD_ADDRESS = { tag: 0x87, size: 26, minimum: 10, maximum: 14, length: 22 };
const ADDRESS_RESOURCE_TYPE = 3;
const ADDRESS_GENERAL_FLAGS = 4;
const ADDRESS_TYPE_FLAGS = 5;
const TYPE_MEMORY = 0;
const TYPE_IO = 1;
const TYPE_BUS_NUMBER = 2;
// A resource producer (a bridge's window) that decodes positively, with fixed minimum and maximum.
const WINDOW_FLAGS = (1 << 2) | (1 << 3);
const IO_ENTIRE_RANGE = 0b11;

/** An inclusive range of ports, bus numbers or guest-physical addresses. */
export interface ResourceRange {
  readonly start: number;
  readonly end: number;
}

function resource(structure: Structure): AmlResource {
  return { kind: 'resource', bytes: structure.bytes };
}

function large(layout: { readonly tag: number; readonly size: number }): Structure {
  const descriptor = new Structure(layout.size);
  descriptor.u8(0, layout.tag);
  descriptor.u16(LARGE_LENGTH, layout.size - LARGE_HEADER_SIZE);
  return descriptor;
}

/** An ISA interrupt (0-15) as ISA has it: edge, active high, exclusive. */
export function irq(number: number): AmlResource {
  assert(number >= 0 && number <= 15, `${number} is an ISA interrupt`);
  const descriptor = new Structure(IRQ.size);
  descriptor.u8(0, IRQ.tag);
  descriptor.u16(IRQ.mask, 1 << number);
  return resource(descriptor);
}

/** `length` (1-255) fixed I/O ports from `base` up, decoded with 16 bits. */
export function io(base: number, length: number): AmlResource {
  const descriptor = new Structure(IO.size);
  descriptor.u8(0, IO.tag);
  descriptor.u8(IO.decode, IO_DECODES_16_BITS);
  descriptor.u16(IO.min, base);
  descriptor.u16(IO.max, base);
  descriptor.u8(IO.alignment, IO_ALIGNMENT_ANY);
  descriptor.u8(IO.length, length);
  return resource(descriptor);
}

/** Read-write memory at a fixed place; `length` in bytes. */
export function memory32Fixed(base: number, length: number): AmlResource {
  const descriptor = large(MEMORY_32_FIXED);
  descriptor.u8(MEMORY_32_FIXED.access, MEMORY_READ_WRITE);
  descriptor.u32(MEMORY_32_FIXED.base, base);
  descriptor.u32(MEMORY_32_FIXED.length, length);
  return resource(descriptor);
}

/** How a device drives its interrupt line. */
export interface InterruptLine {
  readonly gsi: number;
  readonly trigger: 'level' | 'edge';
  readonly polarity: 'active-high' | 'active-low';
  readonly isShared: boolean;
}

/** `Interrupt (ResourceConsumer, ...)`: any GSI. */
export function interrupt(line: InterruptLine): AmlResource {
  const descriptor = large(INTERRUPT);
  descriptor.u8(
    INTERRUPT.flags,
    INTERRUPT_CONSUMER |
      (line.trigger === 'edge' ? INTERRUPT_EDGE : 0) |
      (line.polarity === 'active-low' ? INTERRUPT_ACTIVE_LOW : 0) |
      (line.isShared ? INTERRUPT_SHARED : 0),
  );
  descriptor.u8(INTERRUPT.count, 1);
  descriptor.u32(INTERRUPT.gsi, line.gsi);
  return resource(descriptor);
}

function wordWindow(type: number, typeFlags: number, range: ResourceRange): AmlResource {
  const descriptor = large(WORD_ADDRESS);
  descriptor.u8(ADDRESS_RESOURCE_TYPE, type);
  descriptor.u8(ADDRESS_GENERAL_FLAGS, WINDOW_FLAGS);
  descriptor.u8(ADDRESS_TYPE_FLAGS, typeFlags);
  descriptor.u16(WORD_ADDRESS.minimum, range.start);
  descriptor.u16(WORD_ADDRESS.maximum, range.end);
  descriptor.u16(WORD_ADDRESS.length, range.end - range.start + 1);
  return resource(descriptor);
}

/** `WordBusNumber (ResourceProducer, ...)`: the buses below a bridge. */
export function wordBusNumber(buses: ResourceRange): AmlResource {
  return wordWindow(TYPE_BUS_NUMBER, 0, buses);
}

/** `WordIO (ResourceProducer, ...)`: ports that a bridge passes on. */
export function wordIo(ports: ResourceRange): AmlResource {
  return wordWindow(TYPE_IO, IO_ENTIRE_RANGE, ports);
}

/** `DWordMemory (ResourceProducer, ...)`: uncached read-write memory that a bridge passes on. */
export function dwordMemory(window: ResourceRange): AmlResource {
  const descriptor = large(DWORD_ADDRESS);
  descriptor.u8(ADDRESS_RESOURCE_TYPE, TYPE_MEMORY);
  descriptor.u8(ADDRESS_GENERAL_FLAGS, WINDOW_FLAGS);
  descriptor.u8(ADDRESS_TYPE_FLAGS, MEMORY_READ_WRITE);
  descriptor.u32(DWORD_ADDRESS.minimum, window.start);
  descriptor.u32(DWORD_ADDRESS.maximum, window.end);
  descriptor.u32(DWORD_ADDRESS.length, window.end - window.start + 1);
  return resource(descriptor);
}

/** `ResourceTemplate () { ... }`: a buffer of descriptors and the end tag. */
export function resourceTemplate(resources: readonly AmlResource[]): AmlValue {
  return buffer(concatBytes([...resources.map((each) => each.bytes), END_TAG]));
}
