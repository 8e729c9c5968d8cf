// A level-triggered pin of the PC's I/O APIC.

import type { InterruptLine } from '../../virtio/virtio-device.ts';
import type { V86Cpu } from './v86-internals.ts';

/** EFLAGS.IF (Intel SDM volume 1, 3.4.3.3). */
const INTERRUPT_FLAG = 0x200;

/**
 * Asserts the line and leaves the interrupt pending. v86 would take it at once when the CPU accepts interrupts, but a
 * device runs inside the store instruction that notified it: translated code goes on after that instruction and the
 * handler is never reached, with its vector in service for ever. Pending, it is taken when v86 next looks, which is
 * at the next STI, POPF, IRET or HLT, or the end of a time slice.
 */
function raise(cpu: V86Cpu, gsi: number): void {
  const flags = cpu.flags[0] ?? 0;
  cpu.flags[0] = flags & ~INTERRUPT_FLAG;
  cpu.device_raise_irq(gsi);
  cpu.flags[0] = flags;
}

/** The pin of a global system interrupt that no other device shares. */
export function ioApicLine(cpu: V86Cpu, gsi: number): InterruptLine {
  return {
    setLevel: (isAsserted) => {
      if (isAsserted) raise(cpu, gsi);
      else cpu.device_lower_irq(gsi);
    },
  };
}
