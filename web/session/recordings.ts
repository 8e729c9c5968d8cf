// The session as a file, and a file as the session.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ImageUrls } from '../../src/worker/api/power.ts';
import { replayNotice, type RecordingNotice } from '../format/replay-words.ts';
import type { Power } from './power.ts';

/** A recording of a day is smaller. */
const MAX_FILE_BYTES = 1 << 26;

function refusal(error: unknown): RecordingNotice {
  return { tone: 'bad', text: error instanceof Error ? error.message : String(error) };
}

export class Recordings {
  readonly #power: Power;
  readonly #images: ImageUrls;
  readonly #notice = signal<RecordingNotice | null>(null);
  /** Counts what was begun or has ended on the way: what an earlier one comes to is not told any more. */
  #turn = 0;

  /** Whether there is a session to save, and nothing is under way. */
  readonly isReady = computed(
    () =>
      this.#power.info.value !== null &&
      this.#power.status.value !== 'restoring' &&
      this.#notice.value?.tone !== 'busy',
  );

  constructor(power: Power, images: ImageUrls) {
    this.#power = power;
    this.#images = images;
    power.restarted.on(() => this.#tell(null));
    // What was said of a PC that stands still
    power.status.subscribe((status) => {
      if (status === 'running' && this.#notice.peek()?.tone === 'good') this.#tell(null);
    });
  }

  /** What there is to say; null when there is nothing. */
  get notice(): ReadonlySignal<RecordingNotice | null> {
    return this.#notice;
  }

  /** The person has read the notice. */
  dismiss(): void {
    if (this.isReady.value) this.#tell(null);
  }

  /** The session so far, as the bytes of a recording. Rejects with an error for the user. */
  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const { api } = this.#power;
    if (api === null) throw new Error('There is no recording to save yet.');
    return api.recording.save();
  }

  /** The same, as a file; null when it can not be made, which `notice` tells. */
  async saveFile(): Promise<Blob | null> {
    try {
      return new Blob([await this.save()]);
    } catch (error) {
      this.#tell(refusal(error));
      return null;
    }
  }

  /**
   * Replays a file in place of the session. What becomes of it is told by `notice`; a file that is refused changes nothing, and
   * resolves with why. `onTaken` is called when the file is a recording, before its machine takes the place.
   */
  async open(file: Blob, onTaken: () => void = () => undefined): Promise<string | null> {
    const { api } = this.#power;
    if (api === null || !this.isReady.value) return null;
    let turn = this.#tell({ tone: 'busy', text: 'Opening the recording…' });
    try {
      if (file.size > MAX_FILE_BYTES) {
        throw new Error('This file is too large for a recording. Choose one that was saved here.');
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      const info = await api.recording.open(bytes, this.#images, this.#power.asked.peek().files);
      if (turn !== this.#turn) return null;
      onTaken();
      this.#power.exchange(info);
      turn = this.#tell({ tone: 'busy', text: 'Replaying the recording…' });
      const report = await api.recording.replay();
      if (turn === this.#turn) this.#tell(replayNotice(report));
      return null;
    } catch (error) {
      const notice = refusal(error);
      if (turn === this.#turn) this.#tell(notice);
      return notice.text;
    }
  }

  #tell(notice: RecordingNotice | null): number {
    this.#notice.value = notice;
    this.#turn += 1;
    return this.#turn;
  }
}
