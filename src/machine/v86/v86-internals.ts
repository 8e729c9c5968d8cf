// The border to v86: the inner objects this project touches, named once, and checked at start (`v86-required.ts`).
//
// v86's package types only its outer class. What is used below it (property names as they stand in libv86.mjs) is
// declared here; no other file may reach into the emulator.

import type { V86 } from 'v86';
import { findMissingInternal, lookUp } from './v86-required.ts';

/** What v86's core imports, as far as it is replaced here. */
export interface V86CoreImports {
  /** The time in milliseconds. */
  microtick: () => number;
  get_rand_int: () => number;
  /** The CPU has halted with interrupts off. */
  cpu_event_halt: () => void;
  codegen_finalize: (
    index: number,
    start: number,
    stateFlags: number,
    address: number,
    length: number,
  ) => void;
  run_hardware_timers: (hasAcpi: number, now: number) => number;
  jit_clear_func: (index: number) => void;
  jit_clear_all_funcs: () => void;
}

/** The functions among what the core imports. */
export function coreImports(imports: WebAssembly.Imports): V86CoreImports {
  return imports['env'] as unknown as V86CoreImports;
}

/** The version of v86 that this project was tested with. */
export const TESTED_V86_VERSION = '0.5.462';

/** The most guest pages that v86 translates into one WASM function. */
export const CODE_PAGES = 1;

/** Handlers of one I/O port. */
export interface V86Port {
  read8: (port: number) => number;
  read16: (port: number) => number;
  read32: (port: number) => number;
  write8: (value: number) => void;
  write16: (value: number) => void;
  write32: (value: number) => void;
  device: unknown;
}

/** What v86's device models call to reach memory: a device's `cpu` property, as far as its DMA is concerned. */
export interface V86DmaBus {
  read8(address: number): number;
  read16(address: number): number;
  read32s(address: number): number;
  write16(address: number, value: number): void;
  write32(address: number, value: number): void;
  read_blob(address: number, length: number): Uint8Array;
  write_blob(bytes: Uint8Array, address: number): void;
}

/** A descriptor chain: its buffers are read and written front to back. */
export interface V86BufferChain {
  length_readable: number;
  length_writable: number;
  get_next_blob(target: Uint8Array): number;
  set_next_blob(source: Uint8Array): number;
}

/** A descriptor as v86 reads it: every word signed. */
export interface V86Descriptor {
  addr_low: number;
  addr_high: number;
  len: number;
  flags: number;
  next: number;
}

export interface V86Virtqueue {
  cpu: V86DmaBus;
  size: number;
  /** The largest size, which the queue has after a reset. */
  size_supported: number;
  avail_addr: number;
  count_requests(): number;
  get_descriptor(table: number, index: number): V86Descriptor;
  is_configured(): unknown;
  has_request(): boolean;
  pop_request(): V86BufferChain;
  push_reply(chain: V86BufferChain): void;
  flush_replies(): void;
  notify_me_after(count: number): void;
  reset(): void;
  set_size(size: number): void;
  set_state(state: unknown): void;
}

/** The transport part of one of v86's virtio-pci devices. */
export interface V86Virtio {
  name: string;
  pci_id: number;
  device_status: number;
  device_feature: Uint32Array | number[];
  driver_feature: Uint32Array | number[];
  queues: V86Virtqueue[];
  needs_reset(): void;
  reset(): void;
}

/** One of v86's serial ports. */
export interface V86Uart {
  /** Bytes that the guest has not read yet. */
  input: number[];
}

/** A file or directory of v86's 9p server. */
export interface V86Inode {
  mode: number;
  /** What the server calls it (9P2000, intro(5)). */
  qid: { version: number };
  size: number;
  atime: number;
  ctime: number;
  mtime: number;
}

/** v86's 9p server and its device. */
export interface V86Share {
  virtio: V86Virtio;
  fids: { inodeid: number; type: number; uid: number; dbg_name: string }[];
  fs: {
    inodes: V86Inode[];
    /** Contents, by the place of their inode. */
    inodedata: Record<number, Uint8Array>;
    GetInode(id: number): V86Inode;
    /** Where a name of a folder leads; -1 for nowhere. */
    Search(folder: number, name: string): number;
    IsDirectory(id: number): boolean;
    Unlink(folder: number, name: string): number;
    /** An empty file; returns its place. */
    CreateFile(name: string, folder: number): number;
  };
  ReceiveRequest(chain: V86BufferChain): Promise<void>;
}

/** A disk's content, as v86 holds it. */
export interface V86DiskBuffer {
  get_state: () => unknown;
  set_state: (state: unknown) => void;
}

/** One disk position of the IDE controller. */
export interface V86IdeInterface {
  /** Absent where there is no disk. */
  buffer?: V86DiskBuffer | null;
  cpu: unknown;
  channel: { prdt_addr: number };
  status_reg: number;
  error_reg: number;
  current_command: number;
  /** Transfers that have begun; v86 forgets to take out one that fails. */
  in_progress_io_ids: Map<unknown, unknown>;
  push_irq(): void;
}

export interface V86IdeChannel {
  master: V86IdeInterface;
  slave: V86IdeInterface;
  current_interface: V86IdeInterface;
  dma_status: number;
}

/** The host bridge's way to configuration space: an address is latched, with what is read there. */
export interface V86Pci {
  device_spaces: unknown[];
  devices: unknown[];
  /** Offset, device and function, bus; bit 7 of the last byte enables. */
  pci_addr: Uint8Array;
  pci_response32: Int32Array;
  pci_status32: Int32Array;
  pci_query(): void;
  pci_write8(address: number, value: number): void;
  pci_write16(address: number, value: number): void;
  pci_write32(address: number, value: number): void;
}

export interface V86Cpu extends V86DmaBus {
  mem8: Uint8Array;
  memory_size: Int32Array | Uint32Array;
  instruction_counter: Uint32Array | Int32Array;
  /** Drops translated code of the pages from one guest-physical address to before another. */
  jit_dirty_cache(start: number, end: number): void;
  /** EFLAGS in element 0; its interrupt flag is always up to date. */
  flags: Int32Array;
  option_roms: { name: string; data: Uint8Array }[];
  /** The ROMs as they were given. */
  bios: { vga: ArrayBuffer };
  io: {
    ports: V86Port[];
    mmap_register(
      address: number,
      size: number,
      read8: (address: number) => number,
      write8: (address: number, value: number) => void,
      read32: (address: number) => number,
      write32: (address: number, value: number) => void,
    ): void;
  };
  devices: {
    virtio_net: { virtio: V86Virtio; mac: Uint8Array };
    /** Functions by bus, device and function number: their configuration spaces, and their models. */
    pci: V86Pci;
    rtc: {
      rtc_time: number;
      last_update: number;
      /** Which of its interrupts it makes; of the alarm's when, 0 for never. */
      periodic_interrupt: boolean;
      update_interrupt: boolean;
      next_interrupt_alarm: number;
    };
    acpi: {
      last_timer: number;
      timer_last_value: number;
      timer_imprecision_offset: number;
      /** Which power management events make an interrupt. */
      pm1_enable: number;
    };
    virtio_9p: V86Share;
    virtio_console: { virtio: V86Virtio };
    uart0: V86Uart;
    uart1: V86Uart;
    ide: {
      pci_id: number;
      primary: V86IdeChannel | undefined;
      secondary: V86IdeChannel | undefined;
    };
  };
  device_raise_irq(line: number): void;
  device_lower_irq(line: number): void;
  /** Does what is due of the local APIC's timer; returns how many milliseconds later something is, 100 for never. */
  apic_timer: (nowMs: number) => number;
  /** Where the local APIC is in the core's memory. */
  get_apic_addr(): number;
  reboot_internal(): void;
  /** Drops all translated code, and all addresses that were looked up. */
  jit_clear_cache(): void;
  full_clear_tlb(): void;
  /** Parts of a snapshot: RAM without its zero pages, and the time stamp counter, which a look changes. */
  pack_memory: () => {
    packed_memory: Uint8Array;
    bitmap: { get_buffer(): ArrayBuffer };
  };
  unpack_memory: (bitmap: unknown, packed: Uint8Array) => void;
  store_current_tsc: () => void;
  /** The registers, as v86 keeps them. */
  reg32: ArrayLike<number>;
  sreg: ArrayLike<number>;
  cr: ArrayLike<number>;
  instruction_pointer: ArrayLike<number>;
  in_hlt: ArrayLike<number>;
  get_eflags(): number;
  /** Whether a page-aligned stretch of RAM is zero: 0 or 1. */
  is_memory_zeroed(address: number, length: number): number;
  /** How far the guest has read the firmware's file. */
  fw_pointer: number;
  /** What translated code imports, and the table of the core's functions. */
  jit_imports: WebAssembly.ModuleImports;
  wm: { wasm_table: WebAssembly.Table };
  /** Sets a switch of the translator to WASM, by its number in v86's src/rust/jit.rs. */
  set_jit_config(index: number, value: number): void;
  /** Runs the guest for a while; returns the milliseconds to wait before the next call. */
  main_loop: () => number;
}

/** A TCP connection of the guest's, seen from v86's network. */
export interface V86Connection {
  /** The port that the guest connected to. */
  sport: number;
  on(event: 'data', listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  /** Closes when everything written has been received. */
  close(): void;
  /** Forgets the connection. */
  release(): void;
}

/** v86's network that answers ARP, DHCP, DNS and ping itself. */
export interface V86Network {
  vm_mac: Uint8Array;
  fetch: () => Promise<never>;
  /** Connections by their addresses and ports, oldest first. */
  tcp_conn: Record<string, V86Connection>;
  /** Called for each connection the guest opens, before any data; v86 has accepted the ones to port 80. */
  on_tcp_connection?: (connection: V86Connection) => void;
  /** Takes a frame from the guest. */
  send(frame: Uint8Array): void;
  /** Hands a frame to the guest. */
  receive(frame: Uint8Array): void;
}

/** What calls v86's main loop. */
export interface V86Scheduler {
  /** Has the main loop called in so many milliseconds. */
  yield: (delayMs: number, tick: number) => void;
  /** v86's own snapshot; `restore_state` throws for one that it can not read. */
  save_state(): ArrayBuffer;
  restore_state(state: ArrayBuffer): void;
}

export interface V86Internals {
  readonly scheduler: V86Scheduler;
  readonly cpu: V86Cpu;
  readonly network: V86Network;
  /** The core's linear memory: registers, tables, translated code's records, and the guest's RAM. */
  readonly memory: WebAssembly.Memory;
}

/**
 * The inner objects of a loaded emulator. Throws an `Error` naming the first one that is missing: then the
 * installed v86 is not the version this project was tested with.
 */
export function v86Internals(emulator: V86): V86Internals {
  const missing = findMissingInternal(emulator);
  if (missing !== undefined) {
    throw new Error(
      `This v86 has no '${missing}', which the machine needs. Install v86 ${TESTED_V86_VERSION}, the version it was tested with.`,
    );
  }
  return {
    scheduler: lookUp(emulator, 'v86') as V86Scheduler,
    cpu: lookUp(emulator, 'v86.cpu') as V86Cpu,
    network: lookUp(emulator, 'network_adapter') as V86Network,
    memory: lookUp(emulator, 'v86.cpu.wasm_memory') as WebAssembly.Memory,
  };
}
