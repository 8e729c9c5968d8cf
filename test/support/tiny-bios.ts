// A BIOS of a few instructions: the smallest guest there is, for what a guest does to its machine.

const BIOS_BYTES = 0x1_0000;
/** Where the CPU begins: 16 bytes before the end of the BIOS. */
const RESET_VECTOR = 0xfff0;
/** jmp f000:0000 */
const JUMP_TO_START = [0xea, 0, 0, 0, 0xf0];
/** cli; hlt; and once more, should an NMI come */
const HALT = [0xfa, 0xf4, 0xeb, 0xfd];

const low = (value: number): number => value & 0xff;
const high = (value: number): number => (value >>> 8) & 0xff;

/** mov dx, port; mov al, value; out dx, al */
export function out8(port: number, value: number): number[] {
  return [0xba, low(port), high(port), 0xb0, value, 0xee];
}

/** mov dx, port; mov ax, value; mov cx, times; out dx, ax; loop */
export function out16Times(port: number, value: number, times: number): number[] {
  const load = [0xba, low(port), high(port), 0xb8, low(value), high(value)];
  return load.concat([0xb9, low(times), high(times), 0xef, 0xe2, 0xfd]);
}

/** mov dx, port; mov eax, value; out dx, eax */
export function out32(port: number, value: number): number[] {
  const bytes = [low(value), high(value), low(value >>> 16), value >>> 24];
  return [0xba, low(port), high(port), 0x66, 0xb8].concat(bytes, [0x66, 0xef]);
}

/** Sends text through the first serial port. */
export function print(text: string): number[] {
  return [...new TextEncoder().encode(text)].flatMap((byte) => out8(0x3f8, byte));
}

/** jmp to itself */
export const SPIN: number[] = [0xeb, 0xfe];

/** A BIOS that runs this code from f000:0000 and halts. */
export function tinyBios(...code: readonly number[][]): Uint8Array {
  const bios = new Uint8Array(BIOS_BYTES);
  bios.set([...code.flat(), ...HALT]);
  bios.set(JUMP_TO_START, RESET_VECTOR);
  return bios;
}
