// Attacks by `edu`: what the device did since one was begun, and the example module that one of them needs.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { Emitter } from '../../src/base/emitter.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import type { ShareApi } from '../../src/worker/api/share.ts';

/** Where the example module comes from. */
export type LoadModule = () => Promise<Blob>;

export interface AttackPorts {
  readonly power: {
    readonly restarted: Pick<Emitter<void>, 'on'>;
    readonly info: ReadonlySignal<MachineInfo | null>;
    readonly api: { readonly share: ShareApi } | null;
  };
  /** The IOMMU now. */
  readonly device: ReadonlySignal<IommuState | null>;
  readonly loadModule: LoadModule;
}

/** Accesses of the device since an attack was begun. */
export interface AttackCount {
  /** Which one. */
  readonly id: string;
  readonly translated: number;
  readonly bypassed: number;
  readonly blocked: number;
}

interface Begun {
  readonly id: string;
  readonly before: Omit<AttackCount, 'id'>;
}

export const MODULE_NAME = 'edu.ko';
const NOTHING = { translated: 0, bypassed: 0, blocked: 0 };

export class Attacks {
  /** ID of the device; null on a machine without it. */
  readonly endpoint: ReadonlySignal<number | null>;
  /** Null before an attack, and where nobody counts. */
  readonly count: ReadonlySignal<AttackCount | null>;
  readonly #ports: AttackPorts;
  readonly #begun = signal<Begun | null>(null);
  readonly #problem = signal<string | null>(null);

  constructor(ports: AttackPorts) {
    this.#ports = ports;
    const { power, device } = ports;
    this.endpoint = computed(
      () => power.info.value?.endpoints.find(({ name }) => name === 'edu')?.id ?? null,
    );
    this.count = computed(() => {
      const begun = this.#begun.value;
      if (begun === null || device.value === null) return null;
      const now = this.#counters(device.value);
      const { id, before } = begun;
      const since = (name: keyof typeof before): number =>
        // Less than before: the guest has rebooted meanwhile
        now[name] < before[name] ? now[name] : now[name] - before[name];
      return {
        id,
        translated: since('translated'),
        bypassed: since('bypassed'),
        blocked: since('blocked'),
      };
    });
    power.restarted.on(() => {
      this.#begun.value = null;
      this.#problem.value = null;
    });
  }

  /** Why the last attack could not be begun, in words for the user; null when it could. */
  get problem(): ReadonlySignal<string | null> {
    return this.#problem;
  }

  /** An attack is about to begin: from here on it is counted. */
  begin(id: string): void {
    this.#problem.value = null;
    this.#begun.value = { id, before: this.#counters(this.#ports.device.peek()) };
  }

  /** Puts the example module into the shared folder. Returns whether it is there; why not is in `problem`. */
  async giveModule(): Promise<boolean> {
    const { power, loadModule } = this.#ports;
    try {
      if (power.api === null) throw new Error('No PC runs.');
      await power.api.share.give(MODULE_NAME, await loadModule());
      return true;
    } catch (error) {
      this.#problem.value = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  #counters(state: IommuState | null): Omit<AttackCount, 'id'> {
    const id = this.endpoint.peek();
    return state?.endpoints.find((each) => each.id === id) ?? NOTHING;
  }
}
