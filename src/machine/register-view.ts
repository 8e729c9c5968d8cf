// Registers of a device as plain data: types that a program outside may see, without a way to the emulator.

/** A register of 32 bits in a device's memory window. */
export interface RegisterWord {
  readonly offset: number;
  readonly value: number;
}

/** A PCI function. Plain data. */
export interface DeviceRegisters {
  /** Its configuration space, 256 bytes, as software reads it. */
  readonly config: Uint8Array;
  /** What its memory window holds; null but for `edu`, since a look at other devices would change them. */
  readonly window: {
    readonly words: readonly RegisterWord[];
    /** The first bytes of its buffer, which the window does not show. */
    readonly buffer: Uint8Array;
  } | null;
}
