// Whether the instruction at an address is one that reaches a device: then it is the one that did.
//
// Translated code keeps the registers to itself, and what the processor shows is from earlier: an instruction that writes
// to memory then shows another one, or another address. (Intel SDM volume 2, 2.1.5 and the opcode maps.)

import { NOTHING, type GuestView } from './guest-view.ts';
import type { KernelMemory } from './kernel-memory.ts';

const OPERAND_SIZE = 0x66;
/** OUT with a port in the instruction, and in DX; byte and word. */
const OUT = [0xe6, 0xe7, 0xee, 0xef];
/** MOV of a register, or of a constant, to what ModRM names. */
const MOV = [0x88, 0x89, 0xc6, 0xc7];
/** MOV of EAX to an address in the instruction. */
const MOV_TO_OFFSET = [0xa2, 0xa3];

const HAS_SIB = 4;
const EBP_OR_DISPLACEMENT = 5;

/** Whether the instruction at `ip` is an OUT, or a MOV to what is not RAM. */
export function reachesDevice(view: GuestView, memory: KernelMemory, ip: number): boolean {
  const first = memory.byte(ip);
  const at = first === OPERAND_SIZE ? (ip + 1) >>> 0 : ip;
  const opcode = memory.byte(at);
  if (OUT.includes(opcode)) return true;
  const next = (at + 1) >>> 0;
  if (MOV.includes(opcode)) return isDevice(view, memory, operandAddress(view, memory, next));
  if (MOV_TO_OFFSET.includes(opcode)) return isDevice(view, memory, constant(memory, next));
  return false;
}

function isDevice(view: GuestView, memory: KernelMemory, linear: number): boolean {
  return linear !== NOTHING && memory.physical(linear) >= view.ramBytes;
}

/** The linear address that ModRM at `at` names; `NOTHING` for a register, or what can not be read. */
function operandAddress(view: GuestView, memory: KernelMemory, at: number): number {
  const modRm = memory.byte(at);
  if (modRm === NOTHING) return NOTHING;
  const mode = modRm >>> 6;
  if (mode === 3) return NOTHING;
  let base = modRm & 7;
  let next = (at + 1) >>> 0;
  let address = 0;
  const { general } = view.registers;
  if (base === HAS_SIB) {
    const sib = memory.byte(next);
    if (sib === NOTHING) return NOTHING;
    next = (next + 1) >>> 0;
    base = sib & 7;
    const index = (sib >>> 3) & 7;
    if (index !== HAS_SIB) address = memory.register(general + index) << (sib >>> 6);
  }
  const isBare = mode === 0 && base === EBP_OR_DISPLACEMENT;
  if (!isBare) address += memory.register(general + base);
  const displacement = displacementAt(memory, next, isBare ? 2 : mode);
  return displacement === NOTHING ? NOTHING : (address + displacement) >>> 0;
}

/** What ModRM's mode says is added: nothing, a signed byte, or a word, unsigned. `NOTHING` if it can not be read. */
function displacementAt(memory: KernelMemory, at: number, mode: number): number {
  if (mode === 0) return 0;
  if (mode === 2) return constant(memory, at);
  const byte = memory.byte(at);
  return byte === NOTHING ? NOTHING : ((byte << 24) >> 24) >>> 0;
}

function constant(memory: KernelMemory, at: number): number {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = memory.byte((at + index) >>> 0);
    if (byte === NOTHING) return NOTHING;
    value |= byte << (index * 8);
  }
  return value >>> 0;
}
