// Makes files of the machine's session.

import type { RecordingApi } from '../api/recording.ts';
import type { MachineLife } from './machine-life.ts';

export class RecordingHost implements RecordingApi {
  readonly #life: MachineLife;

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const { machine } = this.#life;
    if (machine === undefined) throw new Error('There is no session to save yet.');
    return machine.recording();
  }
}
