// Hears the drivers of v86's own bus masters tell their devices' notifications.

import type { V86Cpu, V86IdeChannel, V86Virtio } from './v86-internals.ts';

/** Ports at which v86's virtio devices are notified, two for each queue, before a guest moves them. */
const NOTIFICATION_PORTS: Readonly<Record<string, number>> = {
  'virtio-9p': 0xa900,
  'virtio-console': 0xb900,
  'virtio-net': 0xc900,
};
const PORTS_PER_QUEUE = 2;

/** The IDE bus master's registers, eight for each channel; the first is the command. */
const BUS_MASTER_PORT = 0xb400;
const BUS_MASTER_PORTS = 8;
/** Bus master command: start. */
const START = 0x01;

/** Calls `tell` with the queue before the device hears of it. Throws when v86 has its ports elsewhere. */
export function tapVirtio(cpu: V86Cpu, virtio: V86Virtio, tell: (queue: number) => void): void {
  const first = NOTIFICATION_PORTS[virtio.name] ?? 0;
  if (cpu.io.ports[first]?.device !== virtio) {
    throw new Error(`v86 has no notification port of ${virtio.name} at ${first}`);
  }
  // v86 lets some queues share a port: the value says which one it is (virtio 1.2, 4.1.5.2).
  for (let index = 0; index < virtio.queues.length; index += 1) {
    const port = cpu.io.ports[first + index * PORTS_PER_QUEUE];
    if (port?.device !== virtio) continue;
    const { write16 } = port;
    port.write16 = (value) => {
      tell(value & 0xffff);
      write16.call(virtio, value);
    };
  }
}

/** Calls `tell` with the channel before its bus master starts. Throws when v86 has its ports elsewhere. */
export function tapIde(
  cpu: V86Cpu,
  channels: readonly (V86IdeChannel | undefined)[],
  tell: (channel: number) => void,
): void {
  channels.forEach((channel, number) => {
    if (channel === undefined) return;
    const port = cpu.io.ports[BUS_MASTER_PORT + number * BUS_MASTER_PORTS];
    if (port?.device !== channel) throw new Error(`v86 has no bus master of IDE channel ${number}`);
    const { write8, write32 } = port;
    const tapped =
      (write: (value: number) => void) =>
      (value: number): void => {
        if ((value & START) !== 0) tell(number);
        write.call(channel, value);
      };
    port.write8 = tapped(write8);
    port.write32 = tapped(write32);
  });
}
