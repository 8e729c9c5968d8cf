// What the picture is given: the scene of a moment, the latest one or one of the past, the accesses that were stopped until
// then, and samples of those that are made now.

import { computed, type ReadonlySignal } from '@preact/signals';
import { knownCode } from '../../src/kernel/known-kernel.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import type { FaultRecord, MachineModel } from '../model/machine-model.ts';
import { pageOf, type Access } from '../picture/pulses.ts';
import { sceneOf, type PictureFacts, type Scene } from '../picture/scene.ts';
import type { FramePacer } from './frame-pacer.ts';
import { newAccesses } from './new-accesses.ts';
import type { Power } from './power.ts';
import type { ShownMoment } from './shown-moment.ts';
import type { StrayAccess } from './stray-dma.ts';

/** Accesses beside the record that wait for a frame, at most. */
const MOST_BESIDE = 4;

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
  readonly shown: ShownMoment;
  /** Whether that is the latest moment. */
  readonly isLive: ReadonlySignal<boolean>;
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

export class Picture {
  readonly view: ReadonlySignal<PictureView | null>;
  /** Null while there is nothing to be seen. */
  readonly scene: ReadonlySignal<Scene | null>;
  readonly #ports: PicturePorts;
  readonly #facts: ReadonlySignal<PictureFacts | null>;
  #seen = newAccesses(undefined);
  /** Of a machine without an IOMMU, which has no record. */
  #beside: readonly Access[] = [];

  constructor(ports: PicturePorts) {
    this.#ports = ports;
    const { power, pacer, latest, shown, isLive, faults } = ports;
    const kernel = computed(() => {
      void pacer.frame.value;
      return latest().history?.record.head.kernel ?? null;
    });
    this.#facts = computed(() => {
      const info = power.info.value;
      return info === null ? null : factsOf(info, kernel.value);
    });
    this.scene = computed(() => {
      const facts = this.#facts.value;
      if (facts === null) return null;
      if (!facts.hasIommu) return sceneOf(null, facts);
      const moment = shown.value.value;
      return moment === null ? null : shown.spend(() => sceneOf(moment, facts));
    });
    this.view = computed(() => {
      const scene = this.scene.value;
      return scene === null ? null : { scene, faults: faults.value.list, isLive: isLive.value };
    });
  }

  /** Accesses since the last call, those that were stopped first; a few at most. */
  takeAccesses(): readonly Access[] {
    const { history, faults } = this.#ports.latest();
    if (this.#seen.history !== history) this.#seen = newAccesses(history, faults);
    const beside = this.#beside;
    this.#beside = [];
    return [...this.#seen.take(faults), ...beside];
  }

  /** Shows an access that a person has had made, where no IOMMU is there to record it. */
  tell({ request, result }: StrayAccess): void {
    const facts = this.#facts.value;
    if (facts === null || facts.hasIommu || result.outcome !== 'completed') return;
    const { endpoint, address } = request;
    this.#beside = [...this.#beside, { endpoint, address, page: pageOf(address) }].slice(
      -MOST_BESIDE,
    );
    this.#ports.pacer.hurry();
  }
}
