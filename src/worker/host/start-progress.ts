// How far a start is: what is loaded, the stage, the time since it was asked for.

import type { BootProgress, BootStage } from '../api/power.ts';
import { stageDetail } from './boot-story.ts';
import { IMAGE_BYTES, type OnLoaded } from './image-download.ts';

/** Of so many files it is said that they are still to come; while there are more, the connection is what is slow. */
const MAX_NAMED = 2;

export class StartProgress {
  #stage: BootStage = 'download';
  #loadedBytes = 0;
  #askedAtMs = 0;
  /** Names of what was asked for and is not whole yet. */
  readonly #toCome = new Set<string>();

  /** A start was asked for; `stage` is where it begins. */
  begin(stage: BootStage, nowMs: number): void {
    this.#stage = stage;
    this.#loadedBytes = 0;
    this.#toCome.clear();
    this.#askedAtMs = nowMs;
  }

  reach(stage: BootStage): void {
    this.#stage = stage;
  }

  addLoaded(...[bytes, file, isWhole]: Parameters<OnLoaded>): void {
    this.#loadedBytes += bytes;
    if (isWhole) this.#toCome.delete(file);
    else this.#toCome.add(file);
  }

  /** `doing`: what is done in place of the stage's usual work. */
  at(nowMs: number, doing = stageDetail(this.#stage)): BootProgress {
    const isLoading = this.#stage === 'download';
    const isNamed = isLoading && this.#toCome.size > 0 && this.#toCome.size <= MAX_NAMED;
    return {
      stage: this.#stage,
      detail: isNamed ? `${doing} (still to come: ${[...this.#toCome].join(', ')})` : doing,
      loadedBytes: isLoading ? this.#loadedBytes : 0,
      totalBytes: isLoading ? Math.max(IMAGE_BYTES, this.#loadedBytes) : 0,
      elapsedMs: nowMs - this.#askedAtMs,
    };
  }
}
