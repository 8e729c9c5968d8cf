// The window that lazy invalidation leaves open: how long, and how many bytes, devices reach after the driver has unmapped them.
//
// Linux in strict mode returns from an unmap when the device has carried the UNMAP out. In lazy mode it returns when the request
// stands in the queue, and the device hears of it with the next request that is waited for, or when the flush queue's timer has run
// (drivers/iommu/dma-iommu.c). What waits there is looked at at the end of each tick: a window shorter than a tick is not seen.

import type { IommuWatcher } from '../iommu/events/event-recorder.ts';
import type { Mapping } from '../iommu/store/mapping-store.ts';
import { joinWords } from '../base/words.ts';
import type { WaitingUnmap } from '../machine/waiting-unmap.ts';

/** What is looked at. */
export interface WindowMachine {
  readonly iommu:
    | { mappings(domain: number, from: bigint, limit: number): readonly Mapping[] }
    | undefined;
  readonly waitingUnmaps: readonly WaitingUnmap[];
  readonly ranMs: number;
  watch(watcher: IommuWatcher): () => void;
  onTick(listener: () => void): () => void;
}

/** An UNMAP that the driver took for done before it was. */
export interface LateUnmap {
  readonly domain: number;
  readonly virtStart: bigint;
  readonly virtEnd: bigint;
  /** Bytes in the range that were still mapped. */
  readonly bytes: number;
  /** Milliseconds of guest time: when it was first seen to wait, at most a tick after it began to. */
  readonly openedMs: number;
  /** When the device carried it out; null while it waits. */
  readonly closedMs: number | null;
}

export interface WindowReport {
  /** UNMAPs that the device has carried out meanwhile. */
  readonly unmaps: number;
  /** Ends of ticks at which was looked. */
  readonly looks: number;
  /** How many waited when they were looked at; `late` has the latest. */
  readonly lateCount: number;
  readonly late: readonly LateUnmap[];
  readonly longestMs: number;
  readonly medianMs: number;
  /** Bytes of all late UNMAPs, and the most at one look. */
  readonly lateBytes: number;
  readonly peakBytes: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Late UNMAPs that are kept at least. */
export const MAX_LATE = 1 << 14;
/** Mappings of one UNMAP that are counted. */
const MAX_PIECES = 1024;

type Open = { -readonly [Name in keyof LateUnmap]: LateUnmap[Name] };

export class UnmapWindow {
  readonly #machine: WindowMachine;
  readonly #endings: readonly (() => void)[];
  readonly #late: Open[] = [];
  readonly #fromMs: number;
  /** Those that wait, by where they stand in the queue. */
  #open = new Map<number, Open>();
  #unmaps = 0;
  #looks = 0;
  #lateCount = 0;
  #lateBytes = 0;
  #peakBytes = 0;

  /** Looks at a machine from now on, until it is disposed. */
  constructor(machine: WindowMachine) {
    this.#machine = machine;
    this.#fromMs = machine.ranMs;
    this.#endings = [
      machine.onTick(() => this.#look()),
      machine.watch({
        request: ({ request }) => {
          if (request?.kind !== 'unmap') return;
          this.#unmaps += 1;
          const start = joinWords(request.startHigh, request.startLow);
          const end = joinWords(request.endHigh, request.endLow);
          for (const [position, open] of this.#open) {
            const isIt = open.domain === request.domain && open.virtStart === start;
            if (!isIt || open.virtEnd !== end) continue;
            this.#close(position, open);
            break;
          }
        },
        other: () => undefined,
      }),
    ];
  }

  dispose(): void {
    this.#endings.forEach((end) => end());
  }

  /** `atMost`: of the late UNMAPs, so many of the latest. */
  report(atMost = MAX_LATE): WindowReport {
    const spans = this.#late
      .map(({ openedMs, closedMs }) => (closedMs ?? this.#machine.ranMs) - openedMs)
      .toSorted((one, other) => one - other);
    return {
      unmaps: this.#unmaps,
      looks: this.#looks,
      lateCount: this.#lateCount,
      late: this.#late.slice(-atMost).map((each) => ({ ...each })),
      longestMs: spans.at(-1) ?? 0,
      medianMs: spans[spans.length >> 1] ?? 0,
      lateBytes: this.#lateBytes,
      peakBytes: this.#peakBytes,
      fromMs: this.#fromMs,
      toMs: this.#machine.ranMs,
    };
  }

  #look(): void {
    this.#looks += 1;
    const waiting = this.#machine.waitingUnmaps;
    if (waiting.length === 0 && this.#open.size === 0) return;
    const open = new Map<number, Open>();
    for (const each of waiting) {
      const known = this.#open.get(each.position);
      const isSame = known?.virtStart === each.virtStart && known.virtEnd === each.virtEnd;
      open.set(each.position, known !== undefined && isSame ? known : this.#begin(each));
    }
    // Gone without having been carried out: the queue was reset, or the device
    for (const [position, gone] of this.#open) {
      if (open.get(position) !== gone) this.#close(position, gone);
    }
    this.#open = open;
    const reachable = [...open.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    this.#peakBytes = Math.max(this.#peakBytes, reachable);
  }

  #begin({ domain, virtStart, virtEnd }: WaitingUnmap): Open {
    const mappings = this.#machine.iommu?.mappings(domain, virtStart, MAX_PIECES) ?? [];
    const bytes = mappings
      .filter((each) => each.virtStart >= virtStart && each.virtEnd <= virtEnd)
      .reduce((sum, each) => sum + Number(each.virtEnd - each.virtStart) + 1, 0);
    const { ranMs: openedMs } = this.#machine;
    const late = { domain, virtStart, virtEnd, bytes, openedMs, closedMs: null };
    this.#lateCount += 1;
    this.#lateBytes += bytes;
    this.#late.push(late);
    if (this.#late.length > 2 * MAX_LATE) this.#late.splice(0, MAX_LATE);
    return late;
  }

  #close(position: number, open: Open): void {
    open.closedMs = this.#machine.ranMs;
    this.#open.delete(position);
  }
}
