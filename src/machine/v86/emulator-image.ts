// The emulator between two ticks, whole: its core's memory, its devices, its clock.
//
// v86's own state leaves out what makes a machine go on exactly as it would have: how the time stamp counter was read,
// which code is translated and how often the rest ran. All of that lies in the core's linear memory, so that is kept
// as it is, and v86's state only for the devices that are written in JavaScript.

import { assert } from '../../base/assert.ts';
import type { Emulator } from './emulator.ts';
import type { ClockState } from './guest-clock.ts';
import {
  PAGE_BYTES,
  putPages,
  type KnownMemory,
  type MemoryPages,
  type PageStore,
  type Stretch,
} from './memory-pages.ts';
import type { RandomState } from './seeded-random.ts';
import type { CodeTable } from './translated-code.ts';
import type { V86Cpu, V86DiskBuffer } from './v86-internals.ts';

/** Where v86's own functions end in its table and translated ones begin. */
const FIRST_TRANSLATED = 1024;
const WASM_PAGE = 0x1_0000;
/** v86 puts the firmware below this guest-physical address. */
const FIRMWARE_END = 1 << 20;

/** What v86's state forgets of its devices. */
interface Leftovers {
  readonly powerTimer: readonly [number, number, number];
  readonly firmwarePointer: number;
  readonly firmwareFiles: readonly { readonly name: string; readonly data: Uint8Array }[];
  /** The display's ROM, which the guest can read beside its copy in RAM. */
  readonly vgaBios: Uint8Array;
}

/** An emulator between two ticks. Everything but `code` is plain data. */
export interface EmulatorImage {
  readonly memory: MemoryPages;
  readonly devices: ArrayBuffer;
  readonly leftovers: Leftovers;
  readonly clock: ClockState;
  readonly random: RandomState;
  /** The translated functions by their place, for a machine of the same process; empty after `forgetCode`. */
  readonly code: CodeTable;
}

/**
 * Drops what was translated, and the addresses that were looked up: without it an image is of use only where the same
 * functions are. The guest goes on a little otherwise than it would have.
 */
export function forgetCode({ cpu, onGuestTime }: Emulator): void {
  onGuestTime(() => {
    cpu.jit_clear_cache();
    cpu.full_clear_tlb();
  });
}

/** Takes an image; the emulator does not notice. `before` is an earlier one, whose pages are shared. */
export function takeImage(
  emulator: Emulator,
  store: PageStore,
  before?: EmulatorImage,
): EmulatorImage {
  const { cpu, scheduler, memory, clock, random, code } = emulator;
  const { acpi } = cpu.devices;
  const { pack_memory, store_current_tsc } = cpu;
  const disk = ideDisk(cpu);
  const { get_state } = disk;
  cpu.pack_memory = () => NO_MEMORY;
  cpu.store_current_tsc = () => undefined;
  disk.get_state = () => [0, NO_BYTES];
  try {
    return {
      memory: store.take(memory.buffer, before?.memory, zeroTest(cpu)),
      clock: clock.save(),
      random: random.save(),
      code: code.table,
      leftovers: {
        powerTimer: [acpi.last_timer, acpi.timer_last_value, acpi.timer_imprecision_offset],
        firmwarePointer: cpu.fw_pointer,
        firmwareFiles: cpu.option_roms.map(({ name, data }) => ({ name, data })),
        vgaBios: new Uint8Array(cpu.bios.vga),
      },
      devices: emulator.onGuestTime(() => scheduler.save_state()),
    };
  } finally {
    cpu.pack_memory = pack_memory;
    cpu.store_current_tsc = store_current_tsc;
    disk.get_state = get_state;
  }
}

/** Asks v86 itself which pages of RAM are zero: it looks at many bytes at a time. */
function zeroTest(cpu: V86Cpu): (page: number) => boolean | undefined {
  const { byteOffset, length } = cpu.mem8;
  return (page) => {
    const address = page * PAGE_BYTES - byteOffset;
    const isInRam = address >= 0 && address + PAGE_BYTES <= length;
    return isInRam ? cpu.is_memory_zeroed(address, PAGE_BYTES) !== 0 : undefined;
  };
}

const NO_BYTES = new Uint8Array();
/** What v86's state has in place of the guest's RAM. */
const NO_MEMORY = {
  packed_memory: NO_BYTES,
  bitmap: { get_buffer: () => new ArrayBuffer(0) },
};

/** Makes an emulator that has not run yet what the image's was. Throws when the devices' part can not be read. */
export function putImage(emulator: Emulator, image: EmulatorImage): void {
  const { cpu, scheduler, clock, random, code } = emulator;
  const { unpack_memory } = cpu;
  const disk = ideDisk(cpu);
  const { set_state } = disk;
  cpu.unpack_memory = () => undefined;
  disk.set_state = () => undefined;
  try {
    // A copy: v86 goes on with the very arrays that it is given.
    emulator.onGuestTime(() => scheduler.restore_state(image.devices.slice(0)));
  } finally {
    cpu.unpack_memory = unpack_memory;
    disk.set_state = set_state;
  }
  const ram = ramOf(emulator);
  putMemory(emulator, image, emulator.isBlank ? { zero: behindFirmware(ram) } : {});
  putCode(cpu, image.code);
  code.adopt(image.code);
  const { acpi } = cpu.devices;
  [acpi.last_timer, acpi.timer_last_value, acpi.timer_imprecision_offset] =
    image.leftovers.powerTimer;
  cpu.fw_pointer = image.leftovers.firmwarePointer;
  cpu.option_roms.splice(0, cpu.option_roms.length, ...image.leftovers.firmwareFiles);
  clock.restore(image.clock);
  random.restore(image.random);
}

/**
 * The memory but for the guest's RAM: to be called again when our devices have put themselves back, which may have
 * touched their interrupt lines.
 */
export function putCore(emulator: Emulator, image: EmulatorImage): void {
  putMemory(emulator, image, { right: ramOf(emulator) });
}

function putMemory({ memory }: Emulator, image: EmulatorImage, known: KnownMemory): void {
  const missing = image.memory.bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / WASM_PAGE);
  putPages(memory.buffer, image.memory, known);
}

/** Where the guest's RAM is in the core's memory. */
function ramOf({ cpu }: Emulator): Stretch {
  return { address: cpu.mem8.byteOffset, length: cpu.mem8.length };
}

/** What of RAM an emulator leaves alone that has nothing to load. */
function behindFirmware({ address, length }: Stretch): Stretch {
  return { address: address + FIRMWARE_END, length: length - FIRMWARE_END };
}

/** The IDE disk, whose content is the machine's to keep. */
function ideDisk(cpu: V86Cpu): V86DiskBuffer {
  const disk = cpu.devices.ide.primary?.master.buffer;
  assert(disk !== undefined && disk !== null, 'the machine has an IDE disk');
  return disk;
}

function putCode(cpu: V86Cpu, table: CodeTable): void {
  const { wasm_table } = cpu.wm;
  for (const [index, module] of table) {
    const { exports } = new WebAssembly.Instance(module, { e: cpu.jit_imports });
    wasm_table.set(FIRST_TRANSLATED + index, exports['f']);
  }
}
