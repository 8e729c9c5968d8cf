// A PCI function of ours on v86's bus (PCI Local Bus 3.0, 3.2.2.3.2: configuration mechanism 1).
//
// v86 keeps what a function's configuration space holds as plain storage, in which a guest can overwrite everything: our own
// answers itself, and v86 knows nothing of it.

import { PCI_CONFIG_SIZE } from '../../pci/config-layout.ts';
import type { V86Cpu } from './v86-internals.ts';

/** A function's configuration space; accesses are 1, 2 or 4 bytes wide. */
export interface ConfigRegisters {
  readConfig(offset: number, width: number): number;
  writeConfig(offset: number, width: number, value: number): void;
}

/** Status of a configuration access that somebody answers: v86's own word. */
const ANSWERED = 0x8000_0000 | 0;
const REGISTER_MASK = 0xfc;

/** Puts a function on the bus. Throws when v86 has one in its place. */
export function plugFunction(cpu: V86Cpu, bdf: number, registers: ConfigRegisters): void {
  const { pci } = cpu.devices;
  if (pci.device_spaces[bdf] !== undefined) {
    throw new Error(`v86 has a device of its own at PCI function ${bdf}`);
  }
  const isOurs = (address: number): boolean => ((address >> 8) & 0xffff) === bdf;
  const query = pci.pci_query.bind(pci);
  pci.pci_query = () => {
    const [offset = 0, low = 0, high = 0] = pci.pci_addr;
    if (((high << 8) | low) !== bdf) {
      query();
      return;
    }
    pci.pci_status32[0] = ANSWERED;
    pci.pci_response32[0] = registers.readConfig(offset & REGISTER_MASK, 4) | 0;
  };
  const take =
    (width: number, otherwise: (address: number, value: number) => void) =>
    (address: number, value: number): void => {
      if (!isOurs(address)) {
        otherwise(address, value);
        return;
      }
      registers.writeConfig(address & 0xff, width, value);
      // A read that follows finds what is there now
      pci.pci_query();
    };
  pci.pci_write8 = take(1, pci.pci_write8.bind(pci));
  pci.pci_write16 = take(2, pci.pci_write16.bind(pci));
  pci.pci_write32 = take(4, pci.pci_write32.bind(pci));
}

/**
 * Configuration space of a function of v86's own as software reads it, 256 bytes; null where there is none. Nothing comes of it: v86
 * keeps it as plain storage.
 */
export function emulatorConfig({ devices: { pci } }: V86Cpu, bdf: number): Uint8Array | null {
  const space = pci.device_spaces[bdf];
  if (!(space instanceof Int32Array)) return null;
  return new Uint8Array(space.buffer, space.byteOffset, PCI_CONFIG_SIZE).slice();
}
