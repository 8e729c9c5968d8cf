// What a terminal is given first, little by little: it measures each letter when it is painted first, and all of a screen at once
// would be a long task.

/** Bytes that are written first, and next; then comes the rest. */
const FIRST_BYTES = [128, 1024];
/** What is not painted by then is out of sight; in milliseconds. */
const UNSEEN_MS = 250;

export class FirstText {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #sizes = [...FIRST_BYTES];
  /** What waits until what was written is painted. */
  #held: Uint8Array[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Writes all in its order, at once or later. */
  write(bytes: Uint8Array): void {
    if (this.#timer !== undefined) this.#held.push(bytes);
    else if (this.#sizes.length === 0) this.#write(bytes);
    else this.#begin(bytes);
  }

  /** What was written until now has been painted. */
  painted(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#goOn();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #begin(bytes: Uint8Array): void {
    const size = this.#sizes.shift();
    this.#write(bytes.subarray(0, size));
    if (size !== undefined && bytes.length > size) this.#held.unshift(bytes.subarray(size));
    this.#timer = setTimeout(() => this.#goOn(), UNSEEN_MS);
  }

  #goOn(): void {
    this.#timer = undefined;
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) this.write(bytes);
  }
}
