// The device-specific configuration space behind its window, and ConfigGeneration (virtio 1.2, 2.5 and 4.2.2).

import type { VirtioDevice } from './virtio-device.ts';

/** Plain data that survives JSON. */
export interface ConfigWindowState {
  readonly configGeneration: number;
  /** The content that the driver may hold for the one of this generation; null when it has looked at none. */
  readonly configSeen: readonly number[] | null;
}

/** Reads and writes of any width at any offset; a driver may take a 64-bit field apart as it likes. */
export class ConfigWindow {
  readonly #device: VirtioDevice;
  #generation = 0;
  // The content that belongs to the generation the driver read last.
  #seen: Uint8Array | undefined;

  constructor(device: VirtioDevice) {
    this.#device = device;
  }

  /** The bytes at `offset` as an unsigned number; 0 beyond the end. */
  read(offset: number, width: number): number {
    let value = 0;
    for (let index = 0; index < width && offset + index < this.#device.configLength; index++) {
      value |= this.#device.readConfig(offset + index) << (8 * index);
    }
    return value >>> 0;
  }

  /** Hands the low `width` bytes of `value` to the device, unless they lie beyond the end. */
  write(offset: number, width: number, value: number, features: bigint): void {
    if (offset >= this.#device.configLength) return;
    const bytes = new Uint8Array(width);
    for (let index = 0; index < width; index++) bytes[index] = value >>> (8 * index);
    this.#device.writeConfig(offset, bytes, features);
  }

  /**
   * ConfigGeneration. virtio 1.2, 4.2.2.1: it MUST change if a driver might see an inconsistent configuration, so it
   * moves on by itself when the content did since the last look; a device tells of changes only while it runs.
   */
  readGeneration(): number {
    const content = this.#content();
    if (this.#seen?.some((byte, offset) => byte !== content[offset]) === true) this.#advance();
    this.#seen = content;
    return this.#generation;
  }

  /** The device says that its configuration changed. */
  noteChange(): void {
    this.#advance();
    this.#seen = this.#content();
  }

  save(): ConfigWindowState {
    const configSeen = this.#seen === undefined ? null : [...this.#seen];
    return { configGeneration: this.#generation, configSeen };
  }

  /** Goes on where it was saved; the device's content may come later. */
  restore({ configGeneration, configSeen }: ConfigWindowState): void {
    this.#generation = configGeneration;
    this.#seen = configSeen === null ? undefined : Uint8Array.from(configSeen);
  }

  #advance(): void {
    this.#generation = (this.#generation + 1) >>> 0;
  }

  #content(): Uint8Array {
    return Uint8Array.from({ length: this.#device.configLength }, (_unused, offset) =>
      this.#device.readConfig(offset),
    );
  }
}
