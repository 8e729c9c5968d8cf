// Puts files into the guest's shared folder.

import { MAX_GIVEN_BYTES } from '../../machine/share-room.ts';
import type { ShareApi } from '../api/share.ts';
import type { MachineLife } from './machine-life.ts';

export class ShareHost implements ShareApi {
  readonly #life: MachineLife;

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async give(name: string, file: Blob): Promise<void> {
    const machine = this.#life.needMachine();
    // Of a larger one a byte too many is enough to be refused
    const bytes = new Uint8Array(await file.slice(0, MAX_GIVEN_BYTES + 1).arrayBuffer());
    await machine.giveFile({ name, bytes });
  }
}
