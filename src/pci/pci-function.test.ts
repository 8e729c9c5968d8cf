import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../test/support/expect-same.ts';
import { BusError } from '../memory/address-space.ts';
import { FlatMemory } from '../memory/flat-memory.ts';
import * as at from './config-layout.ts';
import { PciFunction } from './pci-function.ts';

const WINDOW = { address: 0xfb00_0000, size: 0x10_0000 };
const MSI = 0x40;
const AF = 0x58;
const RAM_BYTES = 0x1000;
const MESSAGE_ADDRESS = 0x100;

function build() {
  const memory = new FlatMemory(RAM_BYTES);
  const levels: boolean[] = [];
  const masters: boolean[] = [];
  let resets = 0;
  const pci = new PciFunction({
    identity: {
      vendorId: 0x1234,
      deviceId: 0x11e8,
      subsystemVendorId: 0x1af4,
      subsystemId: 0x1100,
      revision: 0x10,
      deviceClass: 0x00ff,
    },
    window: WINDOW,
    memory,
    pin: { setLevel: (level) => void levels.push(level) },
    onReset: () => {
      resets += 1;
    },
  });
  pci.onBusMaster = (isOn) => void masters.push(isOn);
  const command = (bits: number): void => pci.writeConfig(at.PCI_COMMAND, 2, bits);
  const enableMessages = (address = MESSAGE_ADDRESS, data = 0x4123): void => {
    pci.writeConfig(MSI + at.PCI_MSI_ADDRESS_LO, 4, address);
    pci.writeConfig(MSI + at.PCI_MSI_DATA, 2, data);
    pci.writeConfig(MSI + at.PCI_MSI_FLAGS, 2, at.PCI_MSI_FLAGS_ENABLE);
  };
  return { pci, memory, levels, masters, resets: () => resets, command, enableMessages };
}

/** The capabilities in their order, by ID, with where they are. */
function capabilities({ pci }: ReturnType<typeof build>): Record<number, number> {
  const found: Record<number, number> = {};
  let next = pci.readConfig(at.PCI_CAPABILITY_LIST, 1);
  while (next !== 0) {
    found[pci.readConfig(next + at.PCI_CAP_ID, 1)] = next;
    next = pci.readConfig(next + at.PCI_CAP_NEXT, 1);
  }
  return found;
}

describe('configuration space of a PCI function', () => {
  it.each([
    ['vendor ID', at.PCI_VENDOR_ID, 2, 0x1234],
    ['device ID', at.PCI_DEVICE_ID, 2, 0x11e8],
    ['both', at.PCI_VENDOR_ID, 4, 0x11e8_1234],
    ['revision', at.PCI_REVISION_ID, 1, 0x10],
    ['class', at.PCI_CLASS_PROG, 1, 0],
    ['sub-class and base class', at.PCI_CLASS_DEVICE, 2, 0x00ff],
    ['header type', 0x0e, 1, 0],
    ['subsystem', at.PCI_SUBSYSTEM_VENDOR_ID, 4, 0x1100_1af4],
    ['interrupt pin', at.PCI_INTERRUPT_PIN, 1, 1],
  ])('[G1] tells what it is, whatever is written there: %s', (_what, offset, width, value) => {
    const { pci } = build();

    pci.writeConfig(offset, width, ~value);

    expect(pci.readConfig(offset, width)).toBe(value);
  });

  it('[G2] reads zero where nothing is, whatever is written', () => {
    const { pci } = build();
    const reserved = [0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x30, 0x38, 0x60, 0x80, 0xfc];

    for (const offset of reserved) pci.writeConfig(offset, 4, 0xffff_ffff);

    expect(reserved.map((offset) => pci.readConfig(offset, 4))).toEqual(reserved.map(() => 0));
  });

  it('[G3] is off after power on: answers nobody, begins nothing', () => {
    const { pci } = build();

    expect(pci.readConfig(at.PCI_COMMAND, 2)).toBe(0);
    expect([pci.answersMemory, pci.isBusMaster]).toEqual([false, false]);
  });

  it('[G3] has the command bits that it makes something of, and the others stay zero', () => {
    const { pci, command } = build();

    command(0xffff);

    expect(pci.readConfig(at.PCI_COMMAND, 2)).toBe(0x0546);
    expect([pci.answersMemory, pci.isBusMaster]).toEqual([true, true]);
  });

  it('[G4] clears error bits of the status by a one, and nothing else', () => {
    const { pci } = build();
    pci.noteAbort();
    expect(pci.readConfig(at.PCI_STATUS, 2)).toBe(0x2010);

    pci.writeConfig(at.PCI_STATUS, 2, 0xffff & ~at.PCI_STATUS_REC_MASTER_ABORT);
    expect(pci.readConfig(at.PCI_STATUS, 2)).toBe(0x2010);
    pci.writeConfig(at.PCI_STATUS, 2, at.PCI_STATUS_REC_MASTER_ABORT);
    expect(pci.readConfig(at.PCI_STATUS, 2)).toBe(0x0010);
  });

  it('[G4] leaves the status alone when the command beside it is written', () => {
    const { pci } = build();
    pci.noteAbort();

    pci.writeConfig(at.PCI_COMMAND, 4, at.PCI_COMMAND_MEMORY);

    expect(pci.readConfig(at.PCI_COMMAND, 4)).toBe(0x2010_0002);
  });

  it('[G5] tells the size of its window after ones were written, and then its address again', () => {
    const { pci } = build();
    const bar = (): number => pci.readConfig(at.PCI_BASE_ADDRESS_0, 4);
    expect(bar()).toBe(WINDOW.address);

    pci.writeConfig(at.PCI_BASE_ADDRESS_0, 4, 0xffff_ffff);
    expect(bar()).toBe(0xfff0_0000);
    pci.writeConfig(at.PCI_BASE_ADDRESS_0, 4, 0xe000_0000);
    expect(bar()).toBe(WINDOW.address);
  });

  it('[G6] lists its capabilities: messages, and a reset of its own', () => {
    const rig = build();

    expect(rig.pci.readConfig(at.PCI_STATUS, 2) & at.PCI_STATUS_CAP_LIST).not.toBe(0);
    expect(capabilities(rig)).toEqual({ [at.PCI_CAP_ID_MSI]: MSI, [at.PCI_CAP_ID_AF]: AF });
    expect(rig.pci.readConfig(MSI + at.PCI_MSI_FLAGS, 2)).toBe(0x0180);
    expect(rig.pci.readConfig(AF + at.PCI_AF_LENGTH, 4)).toBe(0x0000_0306);
  });

  it('is read and written in any width at any place, and beyond its end by nobody', () => {
    const { pci } = build();

    pci.writeConfig(at.PCI_LATENCY_TIMER, 1, 0x40);
    pci.writeConfig(at.PCI_CACHE_LINE_SIZE - 1, 2, 0x1055);

    expect(pci.readConfig(at.PCI_CACHE_LINE_SIZE, 4)).toBe(0x0000_4010);
    expect(pci.readConfig(at.PCI_CACHE_LINE_SIZE - 1, 4)).toBe(0x0040_1000);
    expect(pci.readConfig(0xfe, 4)).toBe(0xffff_0000);
    pci.writeConfig(0xfe, 4, 0xffff_ffff);
    expect(pci.readConfig(0xfc, 4)).toBe(0);
  });
});

describe('bus mastering of a PCI function', () => {
  it('[G7] begins no access while it is off', () => {
    const { pci, memory, command } = build();
    const store = (): void => pci.bus.write(0, 0, Uint8Array.of(1));

    expect(store).toThrow(BusError);
    expect(() => pci.bus.readU32(0, 0)).toThrow(BusError);
    expect(memory.bytes[0]).toBe(0);
    command(at.PCI_COMMAND_MASTER);
    store();
    expect(memory.bytes[0]).toBe(1);
  });

  it('tells of each change once', () => {
    const { pci, masters, command } = build();

    command(at.PCI_COMMAND_MASTER);
    command(at.PCI_COMMAND_MASTER | at.PCI_COMMAND_MEMORY);
    command(0);
    command(at.PCI_COMMAND_MASTER);
    pci.writeConfig(AF + at.PCI_AF_CTRL, 1, at.PCI_AF_CTRL_FLR);

    expect(masters).toEqual([true, false, true, false]);
  });
});

describe('the interrupt of a PCI function', () => {
  it('[G8] asserts its pin while it asks, and has that in its status', () => {
    const { pci, levels } = build();
    const status = (): number => pci.readConfig(at.PCI_STATUS, 2) & at.PCI_STATUS_INTERRUPT;

    pci.raise();
    pci.raise();
    expect([levels, status()]).toEqual([[true], at.PCI_STATUS_INTERRUPT]);
    pci.lower();
    expect([levels, status()]).toEqual([[true, false], 0]);
  });

  it('[G8] takes the pin away while INTx is disabled, and its status goes on telling', () => {
    const { pci, levels, command } = build();
    pci.raise();

    command(at.PCI_COMMAND_INTX_DISABLE);
    expect(levels).toEqual([true, false]);
    expect(pci.readConfig(at.PCI_STATUS, 2) & at.PCI_STATUS_INTERRUPT).not.toBe(0);
    command(0);
    expect(levels).toEqual([true, false, true]);
  });

  it('[G9] writes a message for each time that it asks, and leaves the pin alone', () => {
    const { pci, memory, levels, command, enableMessages } = build();
    command(at.PCI_COMMAND_MASTER);
    memory.bytes.fill(0xff);
    enableMessages();

    pci.raise();
    expect(memory.readU32(0, MESSAGE_ADDRESS)).toBe(0x4123);
    memory.writeU32(0, MESSAGE_ADDRESS, 0);
    pci.raise();
    expect(memory.readU32(0, MESSAGE_ADDRESS)).toBe(0x4123);
    expect(levels).toEqual([]);
  });

  it('[G9] names whole words for its messages', () => {
    const { pci, enableMessages } = build();

    enableMessages(0xffff_ffff);

    expect(pci.readConfig(MSI + at.PCI_MSI_ADDRESS_LO, 4)).toBe(0xffff_fffc);
  });

  it('[G9] gives its pin up when messages are enabled, and takes it again', () => {
    const { pci, levels, enableMessages } = build();
    pci.raise();

    enableMessages();
    expect(levels).toEqual([true, false]);
    pci.writeConfig(MSI + at.PCI_MSI_FLAGS, 2, 0);
    expect(levels).toEqual([true, false, true]);
  });

  it('[G7 G9] sends no message while bus mastering is off', () => {
    const { pci, memory, command, enableMessages } = build();
    enableMessages();

    pci.raise();
    command(at.PCI_COMMAND_MASTER);

    expect(memory.readU32(0, MESSAGE_ADDRESS)).toBe(0);
  });

  it('[G10] keeps a masked message, tells that it is pending, and sends it once when it may', () => {
    const { pci, memory, command, enableMessages } = build();
    command(at.PCI_COMMAND_MASTER);
    enableMessages();
    const pending = (): number => pci.readConfig(MSI + at.PCI_MSI_PENDING, 4);
    pci.writeConfig(MSI + at.PCI_MSI_MASK, 4, 0xffff_ffff);
    expect(pci.readConfig(MSI + at.PCI_MSI_MASK, 4)).toBe(1);

    pci.raise();
    pci.raise();
    expect([memory.readU32(0, MESSAGE_ADDRESS), pending()]).toEqual([0, 1]);
    pci.writeConfig(MSI + at.PCI_MSI_MASK, 4, 0);
    expect([memory.readU32(0, MESSAGE_ADDRESS), pending()]).toEqual([0x4123, 0]);
    memory.writeU32(0, MESSAGE_ADDRESS, 0);
    pci.writeConfig(MSI + at.PCI_MSI_MASK, 4, 0);
    expect(memory.readU32(0, MESSAGE_ADDRESS)).toBe(0);
  });
});

describe('the reset of a PCI function', () => {
  it('[G11] puts everything back, lets go of the pin, and reads as zero', () => {
    const { pci, levels, resets, command, enableMessages } = build();
    const before = Array.from({ length: 64 }, (_, index) => pci.readConfig(4 * index, 4));
    command(0xffff & ~at.PCI_COMMAND_INTX_DISABLE);
    pci.writeConfig(at.PCI_INTERRUPT_LINE, 1, 20);
    pci.raise();
    pci.noteAbort();
    enableMessages();
    pci.writeConfig(MSI + at.PCI_MSI_FLAGS, 2, 0);

    pci.writeConfig(AF + at.PCI_AF_CTRL, 1, at.PCI_AF_CTRL_FLR);

    expect(Array.from({ length: 64 }, (_, index) => pci.readConfig(4 * index, 4))).toEqual(before);
    expect([levels.at(-1), resets(), pci.isBusMaster]).toEqual([false, 1, false]);
  });
});

interface Write {
  readonly offset: number;
  readonly width: number;
  readonly value: number;
}

const WRITES = fc.record({
  offset: fc.oneof(fc.nat(0x60), fc.nat(0x110)),
  width: fc.constantFrom(1, 2, 4),
  value: fc.oneof(fc.nat({ max: 0xffff_ffff }), fc.constantFrom(0, 0xffff_ffff, 1, 0x407)),
});

/** Bits that take what is written, each register a number; what is missing takes nothing. */
const TAKES: Readonly<Record<number, number>> = {
  [at.PCI_COMMAND]: 0x0546,
  [at.PCI_CACHE_LINE_SIZE]: 0xffff,
  [at.PCI_INTERRUPT_LINE]: 0xff,
  [MSI]: 0x0071_0000,
  [MSI + at.PCI_MSI_ADDRESS_LO]: 0xffff_fffc,
  [MSI + at.PCI_MSI_ADDRESS_HI]: 0xffff_ffff,
  [MSI + at.PCI_MSI_DATA]: 0xffff,
  [MSI + at.PCI_MSI_MASK]: 1,
};

/** Configuration space in the plainest form: a list of bits. */
class NaiveSpace {
  #bits: boolean[] = [];
  readonly #first: readonly boolean[];
  #bar = 0;

  constructor(first: (offset: number) => number) {
    this.#first = Array.from(
      { length: 8 * 0x100 },
      (_, bit) => ((first(bit >> 3) >> (bit & 7)) & 1) !== 0,
    );
    this.#bits = [...this.#first];
  }

  write({ offset, width, value }: Write): void {
    let isReset = false;
    for (let bit = 8 * offset; bit < 8 * (offset + width); bit += 1) {
      const isSet = ((value >>> (bit - 8 * offset)) & 1) !== 0;
      const register = (bit >> 5) * 4;
      const isTaken = (((TAKES[register] ?? 0) >>> (bit & 31)) & 1) !== 0;
      if (isTaken) this.#bits[bit] = isSet;
      if (register === at.PCI_BASE_ADDRESS_0 && (bit & 31) >= 20) {
        const mask = (1 << (bit & 31)) >>> 0;
        this.#bar = (isSet ? this.#bar | mask : this.#bar & ~mask) >>> 0;
      }
      if (bit === 8 * (AF + at.PCI_AF_CTRL) && isSet) isReset = true;
    }
    if (!isReset) return;
    this.#bits = [...this.#first];
    this.#bar = 0;
  }

  read(offset: number): number {
    if (offset === at.PCI_BASE_ADDRESS_0) {
      return this.#bar === 0xfff0_0000 ? this.#bar : WINDOW.address;
    }
    const word = Array.from({ length: 32 }, (_, bit) => (this.#bits[8 * offset + bit] ? 1 : 0));
    return word.reduce<number>((sum, bit, place) => sum + bit * 2 ** place, 0);
  }
}

describe('any writes', () => {
  it('do to each bit what the naive space does, and never throw', () => {
    fc.assert(
      fc.property(fc.array(WRITES, { maxLength: 60 }), (writes) => {
        const { pci } = build();
        const naive = new NaiveSpace((offset) => pci.readConfig(offset, 1));
        for (const write of writes) {
          pci.writeConfig(write.offset, write.width, write.value);
          naive.write(write);
          for (let offset = 0; offset < 0x100; offset += 4) {
            const [ours, theirs] = [pci.readConfig(offset, 4), naive.read(offset)];
            expectSame([write, offset, ours], [write, offset, theirs]);
          }
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('and interrupts between them keep pin and status in step, and what is saved is whole', () => {
    const step = fc.oneof(WRITES, fc.constantFrom('raise', 'lower'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { pci, levels } = build();
        for (const each of steps) {
          if (each === 'raise') pci.raise();
          else if (each === 'lower') pci.lower();
          else pci.writeConfig(each.offset, each.width, each.value);
          const isAsking = (pci.readConfig(at.PCI_STATUS, 2) & at.PCI_STATUS_INTERRUPT) !== 0;
          const isShut =
            (pci.readConfig(at.PCI_COMMAND, 2) & at.PCI_COMMAND_INTX_DISABLE) !== 0 ||
            (pci.readConfig(MSI + at.PCI_MSI_FLAGS, 2) & at.PCI_MSI_FLAGS_ENABLE) !== 0;
          expectSame(levels.at(-1) ?? false, isAsking && !isShut);
        }
        const other = build();
        other.pci.restore(pci.save());
        expectSame(other.pci.save(), pci.save());
        // It goes on from the level that it had
        other.pci.lower();
        expectSame(other.levels, levels.at(-1) === true ? [false] : []);
      }),
      { seed: 1, numRuns: 150 },
    );
  });
});
