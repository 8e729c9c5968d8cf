// A device on a bench: guest RAM, a transport in front of the device, a driver at its registers, a line to look at.

import type { AddressSpace } from '../../src/memory/address-space.ts';
import type { Gpa } from '../../src/memory/address.ts';
import { FlatMemory } from '../../src/memory/flat-memory.ts';
import type { FeatureOptions } from '../../src/virtio/feature-negotiation.ts';
import { MmioTransport } from '../../src/virtio/mmio-transport.ts';
import type { InterruptLine, VirtioDevice } from '../../src/virtio/virtio-device.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import { MmioDriver } from '../../src/driver/mmio-driver.ts';

/** Remembers its level, and how often it went up. */
export class RecordingLine implements InterruptLine {
  isAsserted = false;
  rises = 0;

  setLevel(isAsserted: boolean): void {
    if (isAsserted && !this.isAsserted) this.rises++;
    this.isAsserted = isAsserted;
  }
}

export interface RigOptions extends FeatureOptions {
  /** Bytes of guest RAM; the driver owns all but the first 4 KiB. Default 1 MiB. */
  readonly ramBytes?: number;
  /** What the device sees of the RAM. Default: the RAM itself. */
  readonly viewOf?: (ram: FlatMemory) => AddressSpace<Gpa>;
}

export interface Rig {
  readonly memory: FlatMemory;
  readonly line: RecordingLine;
  readonly transport: MmioTransport<Gpa>;
  readonly driver: MmioDriver;
}

/** Offset in guest RAM below which a rig's driver owns nothing. */
export const RIG_UNUSED_BYTES = 0x1000;

/** Puts a device on the bench; its driver has not started. */
export function createRig(device: VirtioDevice, options: RigOptions = {}): Rig {
  const memory = new FlatMemory(options.ramBytes ?? 0x10_0000);
  const line = new RecordingLine();
  const transport = new MmioTransport<Gpa>({
    ...options,
    device,
    memory: options.viewOf?.(memory) ?? memory,
    interruptLine: line,
  });
  const owned = memory.bytes.length - RIG_UNUSED_BYTES;
  const driver = new MmioDriver(transport, new DriverMemory(memory, RIG_UNUSED_BYTES, owned));
  return { memory, line, transport, driver };
}
