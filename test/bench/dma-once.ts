// One guest of the `dma` benchmark in this process, `node dma-once.js MODE`: reads when the benchmark says so.

import { DMA_MODES, DmaGuest, isDmaMode } from './dma-guest.ts';
import { READS } from './dma-reads.ts';
import type { Reply } from './dma-process.ts';

function reply(message: Reply): void {
  if (process.send === undefined) throw new Error('this is a part of the dma benchmark');
  process.send(message);
}

async function serve(guest: DmaGuest, name: unknown): Promise<void> {
  try {
    const read = READS.find((each) => each.name === name);
    if (read === undefined) throw new Error(`there is no read ${String(name)}`);
    reply({ kind: 'done', measurement: await guest.read(read) });
  } catch (error) {
    reply({ kind: 'failed', reason: String(error) });
  }
}

const mode = process.argv[2];
if (!isDmaMode(mode)) throw new Error(`usage: dma-once ${DMA_MODES.join('|')}`);
const guest = await DmaGuest.boot(mode);
process.on('message', (name) => void serve(guest, name));
process.on('disconnect', () => void guest.dispose());
reply({ kind: 'ready' });
