// Makes a file of the machine as it is, and has it be as in a file.

import manifest from '../../../guest-images/images.json' with { type: 'json' };
import { InputError } from '../../machine/images/guest-images.ts';
import { builtFrom, isBuiltFrom } from '../../machine/snapshot/built-from.ts';
import { readSnapshotFile, writeSnapshotFile } from '../../machine/snapshot/snapshot-file.ts';
import { storyOf } from '../../machine/story-of.ts';
import { AGENT_GREETING } from '../../shell/agent-greeting.ts';
import type { ImageUrls } from '../api/power.ts';
import type { SavingApi } from '../api/saving.ts';
import { fetchModule } from './image-download.ts';
import type { MachineLife } from './machine-life.ts';
import type { NewsHost } from './news-host.ts';

const OTHER_PARTS =
  'The file is of a guest with other images or another emulator. Save it again with this version.';

export class SavingHost implements SavingApi {
  readonly #life: MachineLife;
  readonly #news: Pick<NewsHost, 'told'>;

  constructor(life: MachineLife, news: Pick<NewsHost, 'told'>) {
    this.#life = life;
    this.#news = news;
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const machine = this.#life.needMachine();
    const snapshot = await machine.save();
    // No tick comes between the snapshot and its story.
    const { isUp, history } = this.#life;
    if (history === undefined) throw new Error('The PC is not started yet.');
    const story = storyOf(machine, {
      console: history.console,
      // The agent greets before the prompt comes.
      agent: new TextEncoder().encode(isUp ? AGENT_GREETING : ''),
      ...history.filed,
      bootMs: isUp ? machine.timeMs : null,
    });
    return writeSnapshotFile({ builtFrom: builtFrom(manifest), story, machine: snapshot });
  }

  async restore(file: Uint8Array, images: ImageUrls): Promise<void> {
    const machine = this.#life.needMachine();
    const v86Wasm = await fetchModule(images.v86Wasm, () => undefined);
    const guest = await readSnapshotFile(new Uint8Array(file), v86Wasm);
    if (!isBuiltFrom(guest.builtFrom, builtFrom(manifest))) throw new InputError(OTHER_PARTS);
    const { machine: snapshot, story } = guest;
    await machine.restore(snapshot);
    this.#life.putBack(machine, story);
    await this.#news.told();
  }
}
