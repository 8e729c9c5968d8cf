// What a device's registers hold, looked at from outside: neither guest nor device notices.

import { EDU_READABLE } from '../endpoints/edu-registers.ts';
import { PCI_CONFIG_SIZE } from '../pci/config-layout.ts';
import type { Board } from './board.ts';
import { EDU_ENDPOINT, LAST_PCI_ENDPOINT } from './plan/topology.ts';
import type { DeviceRegisters } from './register-view.ts';
import { emulatorConfig } from './v86/pci-slot.ts';

/** Bytes of the buffer that are told. */
const BUFFER_BYTES = 64;

/** The registers of an endpoint; null for one that is no PCI function, or is not plugged in. */
export function deviceRegisters(
  board: Pick<Board, 'edu' | 'emulator'>,
  endpoint: number,
): DeviceRegisters | null {
  const { edu, emulator } = board;
  if (endpoint > LAST_PCI_ENDPOINT) return null;
  if (endpoint !== EDU_ENDPOINT) {
    const config = emulatorConfig(emulator.cpu, endpoint);
    return config === null ? null : { config, window: null };
  }
  if (edu === undefined) return null;
  const config = Uint8Array.from({ length: PCI_CONFIG_SIZE }, (_unused, offset) =>
    edu.pci.readConfig(offset, 1),
  );
  const words = EDU_READABLE.map((offset) => ({ offset, value: edu.peek(offset) }));
  return { config, window: { words, buffer: edu.save().transfer.buffer.slice(0, BUFFER_BYTES) } };
}
