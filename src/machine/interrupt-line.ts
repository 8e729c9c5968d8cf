// A level-triggered pin of the PC's I/O APIC.

import type { InterruptLine } from '../virtio/virtio-device.ts';
import type { V86Cpu } from './v86-internals.ts';

/** The pin of a global system interrupt that no other device shares. */
export function ioApicLine(cpu: V86Cpu, gsi: number): InterruptLine {
  return {
    setLevel: (isAsserted) => {
      if (isAsserted) cpu.device_raise_irq(gsi);
      else cpu.device_lower_irq(gsi);
    },
  };
}
