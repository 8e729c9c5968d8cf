// What the memory map is given: who reaches which page at the moment that is shown, or ever did until then.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { History } from '../../src/trace/replay/history.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { areasOf, type MemoryAreas, type NamedRange } from '../memory-map/areas.ts';
import { EverReach } from '../memory-map/ever.ts';
import { reachAt, type PageReach } from '../memory-map/reach.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import type { Scene } from '../picture/scene.ts';
import type { FramePacer } from './frame-pacer.ts';
import type { Picture } from './picture.ts';
import type { Power } from './power.ts';
import type { ShownMoment } from './shown-moment.ts';

/** Milliseconds of a frame that the walk over the past takes. */
const SLICE_MS = 6;

export interface MemoryMapPorts {
  readonly power: Pick<Power, 'info'>;
  readonly pacer: FramePacer;
  readonly picture: Pick<Picture, 'scene'>;
  readonly shown: ShownMoment;
  /** What is known now. */
  readonly latest: () => MachineModel;
  /** The page's clock in milliseconds. */
  readonly now: () => number;
}

export interface MemoryMapView {
  readonly scene: Scene;
  readonly areas: MemoryAreas;
  readonly reach: PageReach;
  /** Null for a machine without an IOMMU. */
  readonly moment: Moment | null;
  readonly isEver: boolean;
  /** Of what ever was: the first event that is included, and how far it is, up to 1. */
  readonly since: number;
  readonly progress: number;
}

interface Walk {
  readonly history: History;
  readonly areas: MemoryAreas;
  readonly ever: EverReach;
  key: string;
  reach: PageReach;
}

/** The registers of devices that the machine tells of, and the doorbell of interrupts. */
function windowsOf(
  endpoints: MachineInfo['endpoints'],
  history: History | undefined,
): readonly NamedRange[] {
  const windows = endpoints.flatMap(({ name, location }): NamedRange[] => {
    const base = /^MMIO (0x[0-9a-f]+)$/.exec(location)?.[1];
    if (base === undefined) return [];
    const first = Number(base);
    return [{ first, last: first + PAGE_BYTES - 1, name: `the registers of ${name}` }];
  });
  const regions = history?.record.head.endpoints.flatMap(({ reserved }) => reserved) ?? [];
  const doorbell = regions.find(({ kind }) => kind === 'msi')?.start;
  if (doorbell !== undefined) {
    const first = Number(doorbell);
    windows.push({ first, last: first + PAGE_BYTES - 1, name: 'the interrupt (MSI) window' });
  }
  return windows.toSorted((one, other) => one.first - other.first);
}

export class MemoryMap {
  /** Null while there is nothing to be seen. */
  readonly view: ReadonlySignal<MemoryMapView | null>;
  readonly #ports: MemoryMapPorts;
  readonly #isEver = signal(false);
  #walk: Walk | null = null;

  constructor(ports: MemoryMapPorts) {
    this.#ports = ports;
    const { power, pacer, picture, shown, latest } = ports;
    const history = computed(() => {
      void pacer.frame.value;
      return latest().history;
    });
    const facts = computed(() => picture.scene.value?.facts ?? null);
    const areas = computed(() => {
      if (facts.value === null) return null;
      return areasOf(facts.value, windowsOf(power.info.value?.endpoints ?? [], history.value));
    });
    this.view = computed((): MemoryMapView | null => {
      const scene = picture.scene.value;
      if (scene === null || areas.value === null) return null;
      const moment = scene.facts.hasIommu ? shown.value.value : null;
      const parts = { scene, areas: areas.value, moment };
      const isEver = this.#isEver.value && moment !== null && history.value !== undefined;
      if (isEver) return this.#everView(history.value, { ...parts, moment });
      const reach = shown.spend(() => reachAt(moment, scene, parts.areas));
      return { ...parts, reach, isEver, since: 0, progress: 1 };
    });
  }

  /** Whether all that ever was is shown, and not only the moment. */
  get isEver(): ReadonlySignal<boolean> {
    return this.#isEver;
  }

  setEver(isEver: boolean): void {
    this.#isEver.value = isEver;
  }

  #everView(
    history: History,
    parts: { readonly scene: Scene; readonly areas: MemoryAreas; readonly moment: Moment },
  ): MemoryMapView {
    const { now, pacer } = this.#ports;
    const { scene, areas, moment } = parts;
    const walk = this.#walkOf(history, areas, scene);
    const { ever } = walk;
    if (!ever.advance(moment.sequence, SLICE_MS, now)) {
      void pacer.frame.value;
      pacer.hurry();
    }
    const upTo = Math.min(ever.upTo, moment.sequence);
    const key = `${upTo}`;
    if (walk.key !== key) {
      walk.key = key;
      walk.reach = ever.at(upTo);
    }
    const { since } = ever;
    const progress = (upTo - since + 1) / Math.max(1, moment.sequence - since + 1);
    return { ...parts, reach: walk.reach, isEver: true, since, progress };
  }

  #walkOf(history: History, areas: MemoryAreas, { facts }: Scene): Walk {
    const walk = this.#walk;
    if (walk?.history === history && walk.areas === areas) return walk;
    walk?.ever.dispose();
    const ever = new EverReach(history, areas, facts);
    const made = { history, areas, ever, key: '', reach: ever.at(0) };
    this.#walk = made;
    return made;
  }
}
