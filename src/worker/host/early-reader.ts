// Reads the early part of the snapshot while the rest of the file is still on its way.

import manifest from '../../../guest-images/images.json' with { type: 'json' };
import { InputError } from '../../machine/images/guest-images.ts';
import { builtFrom, isBuiltFrom } from '../../machine/snapshot/built-from.ts';
import { earlyEnd, readEarlyPart, type EarlyPart } from '../../machine/snapshot/snapshot-file.ts';

export class EarlyReader {
  readonly #onEarly: (early: EarlyPart) => void;
  #start = new Uint8Array();
  #reading: Promise<EarlyPart> | undefined;

  /** `onEarly` is called once, as soon as the part is there, if it is whole and of the page's own parts. */
  constructor(onEarly: (early: EarlyPart) => void) {
    this.#onEarly = onEarly;
  }

  /** Takes the next piece of the file. */
  take(piece: Uint8Array): void {
    if (this.#reading !== undefined) return;
    const start = new Uint8Array(this.#start.length + piece.length);
    start.set(this.#start);
    start.set(piece, this.#start.length);
    this.#start = start;
    if (!this.#isEnough()) return;
    this.#reading = this.#read(this.#start);
    // Whoever asks for the part is told of what is wrong with it.
    this.#reading.catch(() => undefined);
  }

  /** The part, when the file is there. Rejects with `InputError` when it is damaged, or of other parts than the page. */
  finish(file: Uint8Array): Promise<EarlyPart> {
    return this.#reading ?? this.#read(file);
  }

  /** Also when there is something wrong with it. */
  #isEnough(): boolean {
    try {
      return this.#start.length >= (earlyEnd(this.#start) ?? Infinity);
    } catch {
      return true;
    }
  }

  async #read(bytes: Uint8Array): Promise<EarlyPart> {
    const early = await readEarlyPart(bytes);
    if (!isBuiltFrom(early.builtFrom, builtFrom(manifest))) {
      throw new InputError(
        'The snapshot is of other images or of another emulator. Build it again.',
      );
    }
    this.#onEarly(early);
    return early;
  }
}
