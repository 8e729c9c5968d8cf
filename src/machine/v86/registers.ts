// The CPU's registers between two ticks.

import type { Registers } from './register-values.ts';
import type { V86Cpu } from './v86-internals.ts';

/** Places in v86's arrays: the order of the instruction set (Intel SDM volume 2, table 2-2). */
const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const CS = 1;

export function readRegisters(cpu: V86Cpu): Registers {
  const word = (array: ArrayLike<number>, index: number): number => (array[index] ?? 0) >>> 0;
  const general = (name: (typeof GENERAL)[number]): number =>
    word(cpu.reg32, GENERAL.indexOf(name));
  return {
    eax: general('eax'),
    ecx: general('ecx'),
    edx: general('edx'),
    ebx: general('ebx'),
    esp: general('esp'),
    ebp: general('ebp'),
    esi: general('esi'),
    edi: general('edi'),
    eip: word(cpu.instruction_pointer, 0),
    eflags: cpu.get_eflags() >>> 0,
    cs: word(cpu.sreg, CS),
    cr0: word(cpu.cr, 0),
    cr2: word(cpu.cr, 2),
    cr3: word(cpu.cr, 3),
    cr4: word(cpu.cr, 4),
    isHalted: word(cpu.in_hlt, 0) !== 0,
  };
}
