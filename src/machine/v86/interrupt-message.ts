// An interrupt message that reaches the local APIC (Intel SDM volume 3, 11.11).

import type { V86Cpu } from './v86-internals.ts';

/** Words of v86's APIC: requested interrupts, and which of them are level-triggered, 32 in each word. */
const REQUESTED = 16;
const LEVEL_TRIGGERED = 32;
const APIC_WORDS = 46;

/** Where it listens: words in this mebibyte (11.11.1). */
const MESSAGES = 0xfee0_0000;
const MESSAGES_END = 0xfef0_0000;
const MESSAGE_BYTES = 4;

const VECTOR = 0xff;
/** Delivery mode: fixed, or to the CPU of lowest priority; there is one. The others are no interrupts of a device's. */
const DELIVERY_MODE = 0x700;
const LOWEST_PRIORITY = 0x100;
/** Vectors below are the CPU's own, and v86 takes the last one for none. */
const FIRST_VECTOR = 0x10;
const LAST_VECTOR = 0xfe;

/** Whether a write of `length` bytes is a message. */
export function takesMessage(high: number, low: number, length: number): boolean {
  const isThere = low >= MESSAGES && low < MESSAGES_END && high === 0;
  return isThere && length === MESSAGE_BYTES && low % MESSAGE_BYTES === 0;
}

/** The data of a message's bytes. */
export function messageData(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/**
 * Requests the interrupt of a message; it is left pending, as a pin's is (`ioApicLine`). There is one CPU: whom the message is for
 * does not matter, as for v86's own I/O APIC. One that no APIC would take vanishes.
 */
export function deliverMessage(cpu: V86Cpu, memory: WebAssembly.Memory, data: number): void {
  const vector = data & VECTOR;
  if ((data & DELIVERY_MODE) > LOWEST_PRIORITY) return;
  if (vector < FIRST_VECTOR || vector > LAST_VECTOR) return;
  const apic = new Int32Array(memory.buffer, cpu.get_apic_addr(), APIC_WORDS);
  const word = vector >> 5;
  const bit = 1 << (vector & 31);
  apic[REQUESTED + word] = (apic[REQUESTED + word] ?? 0) | bit;
  apic[LEVEL_TRIGGERED + word] = (apic[LEVEL_TRIGGERED + word] ?? 0) & ~bit;
}
