// The block of the PC's address map in which all virtio-mmio windows lie, one page each.

import type { MmioTransport } from '../../virtio/mmio-transport.ts';
import type { Address } from '../../memory/address.ts';
import { MMIO_BLOCK_BASE, MMIO_BLOCK_SIZE, MMIO_WINDOW_SIZE } from '../plan/topology.ts';
import type { V86Cpu } from './v86-internals.ts';

/** One window's registers; accesses are 1 or 4 bytes wide, as v86 delivers them. */
export type MmioRegisters = Pick<MmioTransport<Address>, 'read' | 'write'>;

/**
 * Puts windows into the PC's address map. An access to a page without a window reads as all ones and is ignored
 * when written, as on a bus where nobody answers.
 */
export function installMmioBlock(cpu: V86Cpu, windows: ReadonlyMap<number, MmioRegisters>): void {
  const pages = Array.from({ length: MMIO_BLOCK_SIZE / MMIO_WINDOW_SIZE }, (_unused, page) =>
    windows.get(MMIO_BLOCK_BASE + page * MMIO_WINDOW_SIZE),
  );
  const window = (address: number): MmioRegisters | undefined =>
    pages[(address & (MMIO_BLOCK_SIZE - 1)) >>> 12];
  const offset = (address: number): number => address & (MMIO_WINDOW_SIZE - 1);
  installWindow(cpu, MMIO_BLOCK_BASE, MMIO_BLOCK_SIZE, {
    read: (address, width) => window(address)?.read(offset(address), width) ?? 0xffff_ffff,
    write: (address, width, value) => window(address)?.write(offset(address), width, value),
  });
}

/** Puts registers into the PC's address map; base and size are multiples of 128 KiB. */
export function installWindow(
  cpu: V86Cpu,
  base: number,
  size: number,
  registers: MmioRegisters,
): void {
  const offset = (address: number): number => (address >>> 0) - base;
  cpu.io.mmap_register(
    base,
    size,
    (address) => registers.read(offset(address), 1) & 0xff,
    (address, value) => registers.write(offset(address), 1, value & 0xff),
    // v86 keeps 32-bit values signed.
    (address) => registers.read(offset(address), 4) | 0,
    (address, value) => registers.write(offset(address), 4, value >>> 0),
  );
}
