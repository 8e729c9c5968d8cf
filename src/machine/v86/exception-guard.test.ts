import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { expectSame } from '../../../test/support/expect-same.ts';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import type { Emulator } from './emulator.ts';
import { guardMainLoop, guardPorts } from './exception-guard.ts';
import type { V86Port } from './v86-internals.ts';

const PCI_ADDRESS = 0xcf8;
const PCI_DATA = 0xcfc;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await stoppedEmulator();
  // A reset is the machine's business (machine.ts).
  emulator.cpu.reboot_internal = () => undefined;
  guardPorts(emulator.cpu);
});

function port(number: number): V86Port {
  const found = emulator.cpu.io.ports[number];
  if (found === undefined) throw new Error(`no port ${number}`);
  return found;
}

function write(number: number, width: 8 | 16 | 32, value: number): void {
  const entry = port(number);
  entry[`write${width}`].call(entry.device, value);
}

function read(number: number, width: 8 | 16 | 32): unknown {
  const entry = port(number);
  return entry[`read${width}`].call(entry.device, number);
}

describe('guardPorts', () => {
  it.each([8, 16, 32] as const)(
    'survives a %i-bit write to a PCI function that is not there',
    (width) => {
      write(PCI_ADDRESS, 32, 0x80ff_ff00 | 0);
      expect(() => write(PCI_DATA, width, 0)).not.toThrow();
    },
  );

  it('lets the handlers through that do not throw', () => {
    write(PCI_ADDRESS, 32, 0x8000_0000 | 0);
    expect(read(PCI_DATA, 32)).toBe(0x1237_8086);
  });

  it('survives whatever a guest writes to whichever port, at any width', () => {
    const numbers = [...emulator.cpu.io.ports.keys()].filter(
      (number) => port(number).device !== undefined,
    );
    const access = fc.record({
      number: fc.constantFrom(...numbers),
      width: fc.constantFrom(8 as const, 16 as const, 32 as const),
      value: fc.oneof(fc.integer(), fc.nat(0xffff), fc.nat(0xff)),
      isWrite: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(access, { minLength: 50, maxLength: 50 }), (accesses) => {
        for (const { number, width, value, isWrite } of accesses) {
          if (isWrite) write(number, width, width === 32 ? value : value & (2 ** width - 1));
          else expectSame(typeof read(number, width), 'number');
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('guardMainLoop', () => {
  it('hands an exception to its listener and goes on', () => {
    const { cpu } = emulator;
    const failure = new Error('as v86 does');
    const seen: unknown[] = [];
    const mainLoop = cpu.main_loop;
    cpu.main_loop = () => {
      throw failure;
    };
    guardMainLoop(cpu, (error) => seen.push(error));
    expect(cpu.main_loop()).toBeGreaterThan(0);
    expect(seen).toEqual([failure]);
    cpu.main_loop = mainLoop;
  });
});
