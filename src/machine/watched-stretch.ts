// Goes a stretch of a machine's way again, on a machine of its own whose devices are watched.

import { joinWords } from '../base/words.ts';
import { DmaWatch, type SeenWrite } from './dma-watch.ts';
import type { DmaWrite, SearchEnd } from './dma-write.ts';
import { loadedImages } from './images/deferred-images.ts';
import type { PlannedMachine } from './plan/machine-options.ts';
import type { RunLogState } from './recording/run-log.ts';
import type { RunListener, RunState } from './run-state.ts';
import { Run } from './run.ts';
import type { Spot } from './timeline/route.ts';
import { PAGE_BYTES } from './v86/memory-pages.ts';

/** What devices wrote on a stretch. */
export interface StretchWrites {
  /** The last write into each page, by the page's number: as many as RAM has pages at most. */
  readonly writes: ReadonlyMap<number, DmaWrite>;
  /** Whether the machine was switched on in it: what was written before is gone then, and not told. */
  readonly hasPoweredOn: boolean;
}

export interface Stretch {
  readonly log: RunLogState;
  /** What the run was at its start; undefined: the first power on. */
  readonly from: RunState | undefined;
  readonly to: Spot;
  /** It ends there if that comes first. */
  readonly end: SearchEnd;
}

class StretchWatch {
  readonly #end: SearchEnd;
  readonly #writes = new Map<number, DmaWrite>();
  #hasPoweredOn = false;
  /** The run that is watched; what a device writes while it is put back was written before. */
  run: Run | undefined;

  constructor(end: SearchEnd) {
    this.#end = end;
  }

  get result(): StretchWrites {
    return { writes: this.#writes, hasPoweredOn: this.#hasPoweredOn };
  }

  /** Whether all that follows is too late. */
  get isOver(): boolean {
    const { sequence, tick, instructions } = this.#end;
    if (this.#sequence >= sequence) return true;
    const ticks = this.run?.loop.ticks ?? 0;
    if (ticks !== tick) return ticks > tick;
    return (this.run?.board.emulator.clock.instructions ?? 0) >= instructions;
  }

  get listener(): RunListener {
    return {
      onWish: () => undefined,
      onPowerFollowed: (wish) => {
        // The power cycle may itself be the event at which the stretch ends.
        if (wish !== 'reboot' || this.isOver) return;
        this.#writes.clear();
        this.#hasPoweredOn = true;
      },
      watchers: () => [],
      onEvent: () => undefined,
      onAccess: () => undefined,
      onNotification: () => undefined,
      onTouch: () => undefined,
      onTick: () => undefined,
      onTickFollowed: () => undefined,
      hearsEvents: () => false,
    };
  }

  take({ endpoint, high, low, address, length }: SeenWrite): void {
    const { run } = this;
    if (run === undefined || this.isOver) return;
    const moment = {
      sequence: this.#sequence,
      tick: run.loop.ticks,
      instructions: run.board.emulator.clock.instructions,
    };
    const iova = joinWords(high, low);
    const stop = address + length;
    for (let at = address; at < stop;) {
      const page = Math.floor(at / PAGE_BYTES);
      const end = Math.min(stop, (page + 1) * PAGE_BYTES);
      this.#writes.set(page, {
        endpoint,
        iova: iova + BigInt(at - address),
        gpa: BigInt(at),
        length: end - at,
        ...moment,
      });
      at = end;
    }
  }

  get #sequence(): number {
    return this.run?.board.iommu?.sequence ?? 0;
  }
}

/** Rejects when a machine can not be built. */
export async function lookAtStretch(
  options: PlannedMachine,
  { log, from, to, end }: Stretch,
): Promise<StretchWrites> {
  const watch = new StretchWatch(end);
  const watched = { ...options, watch: new DmaWatch((write) => watch.take(write)) };
  const run = await (from === undefined
    ? Run.begin(watched, await loadedImages(options.images), watch.listener)
    : Run.resume(watched, from, watch.listener));
  try {
    watch.run = run;
    const isThere = (): boolean =>
      watch.isOver || (run.loop.ticks >= to.tick && run.log.inputs.length >= to.inputs);
    await run.follow({ inputs: log.inputs, ticks: to.tick }, isThere);
    return watch.result;
  } finally {
    await run.end();
  }
}
