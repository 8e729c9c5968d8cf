// One command of the model test: done to the model and to the device, and everything that can be seen compared.

import type { Command } from 'fast-check';
import type { NaiveIommu } from './naive-iommu.ts';
import type { Rig } from './rig.ts';

/** Both sides of a command; `say` names it once its addresses are known. */
export interface Act {
  readonly model: NaiveIommu;
  readonly rig: Rig;
  readonly say: (text: string) => void;
}

/** A command for `fc.commands`. */
export class Step implements Command<NaiveIommu, Rig> {
  readonly #name: string;
  readonly #act: (act: Act) => void;
  readonly #isPossible: (model: NaiveIommu) => boolean;
  #text: string;

  constructor(
    name: string,
    act: (act: Act) => void,
    isPossible: (model: NaiveIommu) => boolean = () => true,
  ) {
    this.#name = name;
    this.#text = name;
    this.#act = act;
    this.#isPossible = isPossible;
  }

  check(model: NaiveIommu): boolean {
    return this.#isPossible(model);
  }

  run(model: NaiveIommu, rig: Rig): void {
    this.#text = this.#name;
    rig.tally.operations += 1;
    rig.tally.count(`command: ${this.#name}`);
    this.#act({
      model,
      rig,
      say: (text) => {
        this.#text = text;
      },
    });
    compare('what breaks the device', rig.failure, undefined);
    compareLines('events', rig.events, model.events);
    rig.events = [];
    model.events = [];
  }

  toString(): string {
    return this.#text;
  }
}

/** Throws when the two differ; both are shown. */
export function compare(what: string, device: unknown, model: unknown): void {
  if (device === model) return;
  throw new Error(`${what}: the device says ${String(device)}, the model ${String(model)}`);
}

export function compareBytes(what: string, device: Uint8Array, model: Uint8Array): void {
  if (Buffer.compare(device, model) === 0) return;
  compare(what, `[${device.join()}]`, `[${model.join()}]`);
}

export function compareLines(
  what: string,
  device: readonly string[],
  model: readonly string[],
): void {
  const at = Array.from({ length: Math.max(device.length, model.length) }).findIndex(
    (_, index) => device[index] !== model[index],
  );
  if (at >= 0) compare(`${what}, line ${at}`, device[at], model[at]);
}

/** The whole state of both. */
export function compareStates(model: NaiveIommu, rig: Rig): void {
  compareLines('state', rig.describe(), model.describe());
}
