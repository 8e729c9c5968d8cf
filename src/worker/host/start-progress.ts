// How far a start is: what is loaded, the stage, the time since it was asked for.

import type { BootProgress, BootStage } from '../api/power.ts';
import { stageDetail } from './boot-story.ts';
import { IMAGE_BYTES } from './image-download.ts';

export class StartProgress {
  #stage: BootStage = 'download';
  #loadedBytes = 0;
  #askedAtMs = 0;

  /** A start was asked for; `stage` is where it begins. */
  begin(stage: BootStage, nowMs: number): void {
    this.#stage = stage;
    this.#loadedBytes = 0;
    this.#askedAtMs = nowMs;
  }

  reach(stage: BootStage): void {
    this.#stage = stage;
  }

  addLoaded(bytes: number): void {
    this.#loadedBytes += bytes;
  }

  at(nowMs: number): BootProgress {
    const isLoading = this.#stage === 'download';
    return {
      stage: this.#stage,
      detail: stageDetail(this.#stage),
      loadedBytes: isLoading ? this.#loadedBytes : 0,
      totalBytes: isLoading ? Math.max(IMAGE_BYTES, this.#loadedBytes) : 0,
      elapsedMs: nowMs - this.#askedAtMs,
    };
  }
}
