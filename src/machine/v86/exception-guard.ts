// Keeps exceptions of v86 from ending the program: a guest can reach every port, and v86's handlers throw for some of
// what it can write there, such as the configuration of a PCI function that does not exist.

import type { V86Cpu, V86Port } from './v86-internals.ts';

/** What a port answers when nobody does. */
const NOBODY_8 = 0xff;
const NOBODY_16 = 0xffff;
const NOBODY_32 = -1;
/** Until v86 is called again, to find that it is stopped. */
const PAUSE_MS = 10;

function guard<A, R>(handler: (this: unknown, argument: A) => R, device: unknown, otherwise: R) {
  return (argument: A): R => {
    try {
      return handler.call(device, argument);
    } catch {
      return otherwise;
    }
  };
}

/** Guards every port that has a device now: a write that fails does nothing, a read that fails is all ones. */
export function guardPorts(cpu: V86Cpu): void {
  const ports: ReadonlySet<V86Port> = new Set(
    cpu.io.ports.filter(({ device }) => device !== undefined),
  );
  for (const port of ports) {
    const { device } = port;
    port.read8 = guard(port.read8, device, NOBODY_8);
    port.read16 = guard(port.read16, device, NOBODY_16);
    port.read32 = guard(port.read32, device, NOBODY_32);
    port.write8 = guard(port.write8, device, undefined);
    port.write16 = guard(port.write16, device, undefined);
    port.write32 = guard(port.write32, device, undefined);
  }
}

/**
 * Calls `listener` with an exception that reached v86's main loop, in place of throwing it: the PC is then in an
 * unknown state and must be stopped.
 */
export function guardMainLoop(cpu: V86Cpu, listener: (error: unknown) => void): void {
  const mainLoop = cpu.main_loop.bind(cpu);
  cpu.main_loop = () => {
    try {
      return mainLoop();
    } catch (error) {
      listener(error);
      return PAUSE_MS;
    }
  };
}
