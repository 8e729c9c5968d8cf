// What the registers of the device hold that is selected, asked for while somebody looks.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Dispose, Emitter } from '../../src/base/emitter.ts';
import type { DeviceRegisters, LookApi } from '../../src/worker/api/look.ts';
import type { Looking } from '../model/moments.ts';
import type { RegistersView } from '../model/registers-view.ts';

export interface RegistersPorts {
  readonly power: {
    readonly restarted: Pick<Emitter<void>, 'on'>;
    readonly batches: { on(listener: () => void): Dispose };
    readonly api: { readonly look: Pick<LookApi, 'registers'> } | null;
  };
  readonly looking: ReadonlySignal<Pick<Looking, 'kind'>>;
}

const UNASKED: RegistersView = { kind: 'unasked' };

export class SelectedRegisters {
  readonly #ports: RegistersPorts;
  readonly #view = signal<RegistersView>(UNASKED);
  #endpoint: number | null = null;
  /** Counts looks: what an earlier one comes to is not told any more. */
  #turn = 0;
  #isAsking = false;

  constructor(ports: RegistersPorts) {
    this.#ports = ports;
  }

  get view(): ReadonlySignal<RegistersView> {
    return this.#view;
  }

  /** Looks at an endpoint, and no other any more, until the function that it returns is called. */
  watch(endpoint: number): Dispose {
    const { power, looking } = this.#ports;
    this.#turn += 1;
    const turn = this.#turn;
    this.#endpoint = endpoint;
    this.#view.value = UNASKED;
    const ask = (): void => void this.#ask();
    const stops = [power.batches.on(ask), power.restarted.on(ask), looking.subscribe(ask)];
    return () => {
      for (const stop of stops) stop();
      if (turn === this.#turn) this.#endpoint = null;
    };
  }

  /** One question at a time; the next news ask again. */
  async #ask(): Promise<void> {
    const { power } = this.#ports;
    const endpoint = this.#endpoint;
    if (endpoint === null) return;
    if (this.#isPast && this.#view.peek().kind === 'there') {
      this.#view.value = { kind: 'past', endpoint };
    }
    if (this.#isAsking) return;
    const turn = this.#turn;
    this.#isAsking = true;
    let registers: DeviceRegisters | null = null;
    try {
      registers = (await power.api?.look.registers(endpoint)) ?? null;
    } catch {
      // The worker is gone, which is said elsewhere
    } finally {
      this.#isAsking = false;
    }
    if (turn !== this.#turn) return this.#ask();
    this.#tell(endpoint, registers);
  }

  get #isPast(): boolean {
    return this.#ports.looking.peek().kind === 'past';
  }

  #tell(endpoint: number, registers: DeviceRegisters | null): void {
    const before = this.#view.peek();
    if (registers === null) this.#view.value = { kind: 'none', endpoint };
    else if (this.#isPast) this.#view.value = { kind: 'past', endpoint };
    else if (before.kind !== 'there' || !isSame(before.registers, registers)) {
      this.#view.value = { kind: 'there', endpoint, registers };
    }
  }
}

function isSame(one: DeviceRegisters, other: DeviceRegisters): boolean {
  return (
    isSameBytes(one.config, other.config) &&
    isSameBytes(one.window?.buffer, other.window?.buffer) &&
    (one.window?.words ?? []).every(
      ({ value }, index) => value === other.window?.words[index]?.value,
    )
  );
}

function isSameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return (
    one?.length === other?.length && (one ?? []).every((byte, index) => byte === other?.[index])
  );
}
