// Starts v86 with the machine's fixed equipment, stopped before its first instruction.

// This one comes before v86, which keeps the clock that it finds.
import { giveBackHostTime, onGuestTime } from './host-time.ts';
import { V86, type V86Options } from 'v86';
import { Emitter } from '../../base/emitter.ts';
import type { GuestImages } from '../images/guest-images.ts';
import { HostClock, InstructionClock, type GuestClock } from './guest-clock.ts';
import { DeviceTimers } from './device-timers.ts';
import { SeededRandom } from './seeded-random.ts';
import { CodeCache, TranslatedCode } from './translated-code.ts';
import { connectNetwork } from './network.ts';
import { CODE_PAGES, coreImports, v86Internals, type V86Internals } from './v86-internals.ts';

giveBackHostTime();

const codeCache = new CodeCache();

const MIB = 1 << 20;
/** The machine has no screen: the least that the VGA BIOS works with. */
const VGA_MEMORY_BYTES = MIB;

/** Which of v86's switches says how many guest pages it translates into one WASM function. */
const JIT_CONFIG_MAX_PAGES = 1;

/** What an emulator is given that the firmware is going to start. */
export type PowerOnImages = Omit<GuestImages, 'disk'>;
/** What one is given that an image is going to be put into, which has all the rest in its memory. */
export type PutBackImages = Pick<GuestImages, 'vgaBios'>;

export interface EmulatorSettings {
  readonly images: PowerOnImages | PutBackImages;
  /** The IDE disk's content; written in place. */
  readonly ideDisk: Uint8Array<ArrayBuffer>;
  readonly commandLine: string;
  readonly memoryMiB: number;
  /** v86.wasm, compiled. */
  readonly v86Wasm: WebAssembly.Module;
  /** Seed of all chance, and the date at power on in milliseconds since 1970; undefined: the host's time and chance. */
  readonly determinism: { readonly seed: number; readonly epochMs: number } | undefined;
}

export interface Emulator extends V86Internals {
  readonly v86: V86;
  readonly clock: GuestClock;
  readonly random: SeededRandom;
  readonly code: TranslatedCode;
  readonly timers: DeviceTimers;
  /** It was given nothing to start, and its RAM is all zero but for the firmware's part. */
  readonly isBlank: boolean;
  /** The CPU has halted with interrupts off: nothing but a reset wakes it. */
  readonly halted: Emitter<void>;
  /** Does something to v86 on the machine's own time. */
  readonly onGuestTime: <T>(action: () => T) => T;
}

/** v86 looks at the kernel through 32-bit words, and fails on a buffer that ends amid one. */
const WORD = 4;

/** A copy in a buffer of its own, which v86 may change (it fills in the kernel's boot header). */
function ownBuffer(bytes: Uint8Array, unit = 1): ArrayBuffer {
  const copy = new Uint8Array(Math.ceil(bytes.length / unit) * unit);
  copy.set(bytes);
  return copy.buffer;
}

/** v86 answers at the firmware's address only when it was given some. */
const NO_BIOS = new Uint8Array(4096);

/** The files as v86 wants them. */
function filesOf(images: PowerOnImages | PutBackImages): Partial<V86Options> {
  const firmware = {
    bios: { buffer: ownBuffer('bios' in images ? images.bios : NO_BIOS) },
    vga_bios: { buffer: ownBuffer(images.vgaBios) },
  };
  if (!('kernel' in images)) return firmware;
  return {
    ...firmware,
    bzimage: { buffer: ownBuffer(images.kernel, WORD) },
    initrd: { buffer: ownBuffer(images.initrd) },
  };
}

/** Resolves when the emulator has loaded everything; rejects with an `Error` for the user when it can not. */
export async function createEmulator(settings: EmulatorSettings): Promise<Emulator> {
  const { images, ideDisk, v86Wasm, determinism } = settings;
  const code = new TranslatedCode(codeCache);
  const timers = new DeviceTimers();
  const random = new SeededRandom(
    determinism?.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
  );
  const halted = new Emitter<void>();
  let clock: GuestClock | undefined;
  const v86 = await new Promise<V86>((resolve, reject) => {
    const emulator = new V86({
      wasm_fn: async (imports: WebAssembly.Imports) => {
        try {
          const core = coreImports(imports);
          core.microtick = () => clock?.read() ?? 0;
          core.get_rand_int = () => random.next() | 0;
          core.cpu_event_halt = () => halted.emit();
          if (determinism !== undefined) code.install(core);
          timers.install(core);
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
      ...filesOf(images),
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
  const { memory } = internals;
  clock =
    determinism === undefined
      ? new HostClock(memory, () => performance.now())
      : new InstructionClock(memory);
  const { epochMs } = determinism ?? {};
  if (determinism !== undefined) settle(internals, determinism.epochMs, random);
  // With three pages in a function, v86's choice, the host compiles half as much code again before the prompt, on
  // threads that take CPUs from the guest; and the guest runs no faster for it.
  internals.cpu.set_jit_config(JIT_CONFIG_MAX_PAGES, CODE_PAGES);
  connectNetwork(internals.network, internals.cpu);
  // The machine calls the main loop itself: an interrupt that would wake v86 up wakes nobody.
  internals.scheduler.yield = () => undefined;
  const ownClock = clock;
  return {
    v86,
    ...internals,
    clock,
    random,
    code,
    timers,
    isBlank: !('kernel' in images),
    halted,
    onGuestTime: (action) => onGuestTime(ownClock, epochMs, action),
  };
}

/** What v86 has taken from the host while it was built. */
function settle({ cpu, network }: V86Internals, epochMs: number, random: SeededRandom): void {
  const { rtc, virtio_net: net } = cpu.devices;
  rtc.rtc_time = epochMs;
  rtc.last_update = epochMs;
  random.fill(net.mac.subarray(3));
  network.vm_mac = net.mac.slice();
}

/**
 * Ends an emulator for good. An interrupt wakes v86 up even then, and in a browser it fails for want of the timer that
 * it has given up: a keystroke or a packet that still finds its way here must wake nobody.
 */
export async function endEmulator({ v86, cpu }: Pick<Emulator, 'v86' | 'cpu'>): Promise<void> {
  await v86.destroy();
  // An object for each of 65,536 ports: 5 MB of heap for whoever still holds the machine, which slowed down each new one
  cpu.io.ports.length = 0;
}
