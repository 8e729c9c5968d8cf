// Starts v86 with the machine's fixed equipment, stopped before its first instruction.

import { V86 } from 'v86';
import type { GuestImages } from '../images/guest-images.ts';
import { connectNetwork } from './network.ts';
import { v86Internals, type V86Internals } from './v86-internals.ts';

const MIB = 1 << 20;
/** The machine has no screen: the least that the VGA BIOS works with. */
const VGA_MEMORY_BYTES = MIB;

/** The most guest pages that v86 translates into one WASM function, and which of its switches says so. */
const JIT_MAX_PAGES = 1;
const JIT_CONFIG_MAX_PAGES = 1;

export interface EmulatorSettings {
  readonly images: Omit<GuestImages, 'disk'>;
  /** The IDE disk's content; written in place. */
  readonly ideDisk: Uint8Array<ArrayBuffer>;
  readonly commandLine: string;
  readonly memoryMiB: number;
  /** v86.wasm, compiled. */
  readonly v86Wasm: WebAssembly.Module;
}

export interface Emulator extends V86Internals {
  readonly v86: V86;
}

/** v86 looks at the kernel through 32-bit words, and fails on a buffer that ends amid one. */
const WORD = 4;

/** A copy in a buffer of its own, which v86 may change (it fills in the kernel's boot header). */
function ownBuffer(bytes: Uint8Array, unit = 1): ArrayBuffer {
  const copy = new Uint8Array(Math.ceil(bytes.length / unit) * unit);
  copy.set(bytes);
  return copy.buffer;
}

/** Resolves when the emulator has loaded everything; rejects with an `Error` for the user when it can not. */
export async function createEmulator(settings: EmulatorSettings): Promise<Emulator> {
  const { images, ideDisk, v86Wasm } = settings;
  const v86 = await new Promise<V86>((resolve, reject) => {
    const emulator = new V86({
      wasm_fn: async (imports: WebAssembly.Imports) => {
        try {
          const { exports } = await WebAssembly.instantiate(v86Wasm, imports);
          if (typeof exports['rust_init'] === 'function') return exports;
          throw new Error('the module is not v86.wasm');
        } catch (cause) {
          reject(
            new Error('The emulator could not be started: WebAssembly refused it.', { cause }),
          );
          // v86 waits for the exports for ever; the promise above has told the caller.
          return new Promise<never>(() => undefined);
        }
      },
      bios: { buffer: ownBuffer(images.bios) },
      vga_bios: { buffer: ownBuffer(images.vgaBios) },
      bzimage: { buffer: ownBuffer(images.kernel, WORD) },
      initrd: { buffer: ownBuffer(images.initrd) },
      hda: { buffer: ideDisk.buffer },
      cmdline: settings.commandLine,
      memory_size: settings.memoryMiB * MIB,
      vga_memory_size: VGA_MEMORY_BYTES,
      filesystem: {},
      net_device: { type: 'virtio', relay_url: 'fetch' },
      preserve_mac_from_state_image: true,
      virtio_console: { type: 'none' },
      uart1: true,
      acpi: true,
      autostart: false,
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
    });
    emulator.add_listener('emulator-loaded', () => resolve(emulator));
  });
  const internals = v86Internals(v86);
  // With three pages in a function, v86's choice, the host compiles half as much code again before the prompt, on
  // threads that take CPUs from the guest; and the guest runs no faster for it.
  internals.cpu.set_jit_config(JIT_CONFIG_MAX_PAGES, JIT_MAX_PAGES);
  connectNetwork(internals.network, internals.cpu);
  return { v86, ...internals };
}

/**
 * Ends an emulator for good. An interrupt wakes v86 up even then, and in a browser it fails for want of the timer that
 * it has given up: a keystroke or a packet that still finds its way here must wake nobody.
 */
export async function endEmulator({ v86, scheduler }: Emulator): Promise<void> {
  await v86.stop();
  scheduler.yield = () => undefined;
  await v86.destroy();
}
