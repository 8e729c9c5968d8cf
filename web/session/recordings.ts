// The session as a file.

import type { Power } from './power.ts';

export class Recordings {
  readonly #power: Power;

  constructor(power: Power) {
    this.#power = power;
  }

  /** The session so far, as the bytes of a recording. Rejects with an error for the user. */
  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const { api } = this.#power;
    if (api === null) throw new Error('There is no session to save yet.');
    return api.recording.save();
  }
}
