// The `edu` device in its slot of the PCI bus.

import { EDU_WINDOW_BYTES } from '../endpoints/edu-registers.ts';
import { EduDevice } from '../endpoints/edu-device.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import type { Notifications } from './notifications.ts';
import type { PlannedEdu } from './plan/machine-plan.ts';
import { EDU_ENDPOINT, EDU_PLACE } from './plan/topology.ts';
import type { Emulator } from './v86/emulator.ts';
import { ioApicLine } from './v86/interrupt-line.ts';
import { installWindow } from './v86/mmio-block.ts';
import { plugFunction } from './v86/pci-slot.ts';

/** Plugs it in; `memory` is what its endpoint sees, with as many address bits as `plan` has. */
export function plugEdu(
  { cpu, clock, timers }: Emulator,
  memory: AddressSpace<Address>,
  notifications: Notifications,
  plan: PlannedEdu,
): EduDevice {
  const edu = new EduDevice({
    address: EDU_PLACE.base,
    memory,
    pin: ioApicLine(cpu, EDU_PLACE.gsi),
    clock,
    dmaMask: BigInt(plan.dmaMask),
  });
  // A driver has one reason to tell this device that there is work.
  edu.onStart = () => notifications.onNotify(EDU_ENDPOINT, 0);
  plugFunction(cpu, EDU_PLACE.bdf, edu.pci);
  installWindow(cpu, EDU_PLACE.base, EDU_WINDOW_BYTES, edu);
  timers.add((nowMs) => edu.pass(nowMs));
  return edu;
}
