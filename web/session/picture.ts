// What the picture is given: the scene of a moment, the latest one or one of the past, the accesses that were stopped until
// then, and samples of those that are made now.

import { computed, type ReadonlySignal } from '@preact/signals';
import { knownCode } from '../../src/kernel/known-kernel.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import type { FaultRecord, MachineModel } from '../model/machine-model.ts';
import { changesReach } from '../model/reach-change.ts';
import type { Access } from '../picture/pulses.ts';
import { sceneOf, type PictureFacts, type Scene } from '../picture/scene.ts';
import type { FramePacer } from './frame-pacer.ts';
import { newAccesses } from './new-accesses.ts';
import type { Power } from './power.ts';

/** Between two scenes are so many times what the one before took to make: a guest that maps much is looked at less often. */
const REST = 8;

export interface PictureView {
  readonly scene: Scene;
  /** Stopped until then, the newest first. */
  readonly faults: readonly FaultRecord[];
  /** Whether this is the latest moment. */
  readonly isLive: boolean;
}

export interface PicturePorts {
  readonly power: Power;
  readonly pacer: FramePacer;
  /** What is known now. */
  readonly latest: () => MachineModel;
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  /** The event after which the machine is shown; null for the latest. */
  readonly shown: ReadonlySignal<number | null>;
  /** Faults until then. */
  readonly faults: ReadonlySignal<{ readonly list: readonly FaultRecord[] }>;
}

/** `kernel`: the SHA-256 of the guest's kernel; null where it is not known. */
function factsOf(
  { memoryBytes, endpoints, iommu }: MachineInfo,
  kernel: string | null,
): PictureFacts {
  const devices = endpoints.map(({ id, name }) => ({ id, name }));
  const code = kernel === null ? undefined : knownCode(kernel);
  return {
    memoryBytes,
    devices,
    hasIommu: iommu !== 'off',
    kernel: code === undefined ? null : { first: code.start, last: code.end },
  };
}

/** The moment after an event, or the latest; null when it is not known. */
function momentAt(history: History | undefined, chosen: number | null): Moment | null {
  if (history === undefined) return null;
  const moment = history.at(chosen ?? history.record.lastSequence);
  if (moment.isKnown) return moment;
  // A record that begins in the middle and has no event yet
  const first = history.at(moment.before - 1);
  return chosen === null && first.isKnown ? first : null;
}

export class Picture {
  readonly view: ReadonlySignal<PictureView | null>;
  readonly #ports: PicturePorts;
  readonly #facts: ReadonlySignal<PictureFacts | null>;
  #changes = 0;
  #notBefore = Number.NEGATIVE_INFINITY;
  #made:
    | {
        readonly key: string;
        readonly of: unknown;
        readonly facts: PictureFacts;
        readonly scene: Scene | null;
      }
    | undefined;
  #seen = newAccesses(undefined);

  constructor(ports: PicturePorts) {
    this.#ports = ports;
    const { power, pacer, latest, shown, faults } = ports;
    const kernel = computed(() => {
      void pacer.frame.value;
      return latest().history?.record.head.kernel ?? null;
    });
    this.#facts = computed(() => {
      const info = power.info.value;
      return info === null ? null : factsOf(info, kernel.value);
    });
    power.batches.on(({ record, begins }) => {
      if (begins === null && !record.some(changesReach)) return;
      this.#changes += 1;
      pacer.ask();
    });
    let before: PictureView | null = null;
    this.view = computed(() => {
      void pacer.frame.value;
      const scene = this.#scene(this.#facts.value, shown.value);
      if (scene === null) return (before = null);
      const { list } = faults.value;
      const isLive = shown.value === null;
      const isSame = before?.scene === scene && before.faults === list && before.isLive === isLive;
      if (!isSame || before === null) before = { scene, faults: list, isLive };
      return before;
    });
  }

  /** Accesses since the last call, those that were stopped first; a few at most. */
  takeAccesses(): readonly Access[] {
    const { history, faults } = this.#ports.latest();
    if (this.#seen.history !== history) this.#seen = newAccesses(history, faults);
    return this.#seen.take(faults);
  }

  #scene(facts: PictureFacts | null, chosen: number | null): Scene | null {
    if (facts === null) return null;
    const { now, pacer, latest } = this.#ports;
    const { history } = latest();
    const key = `${chosen ?? `latest ${this.#changes}`}`;
    const of = facts.hasIommu ? history : facts;
    const made = this.#made;
    const isSame = made !== undefined && made.of === of && made.facts === facts;
    const before = isSame ? made : undefined;
    if (before?.key === key) return before.scene;
    const startMs = now();
    if (before !== undefined && startMs < this.#notBefore) {
      pacer.ask();
      return before.scene;
    }
    const moment = facts.hasIommu ? momentAt(history, chosen) : null;
    const scene = facts.hasIommu && moment === null ? null : sceneOf(moment, facts);
    const endMs = now();
    this.#notBefore = endMs + REST * (endMs - startMs);
    this.#made = { key, of, facts, scene };
    return scene;
  }
}
