// An access that is told when: it is made at the end of the first tick at which its condition holds, as the host's inputs are, so
// that a recording has it and a replay makes it again.

import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { Mapping } from '../iommu/store/mapping-store.ts';
import { GUEST_STAGES, type GuestStage } from '../machine/boot-watch.ts';
import { InputError } from '../machine/images/guest-images.ts';
import type { RogueRequest, RogueResult } from '../machine/rogue-access.ts';
import type { WaitingUnmap } from '../machine/waiting-unmap.ts';

/** When an armed access is made. */
export type ArmedWhen =
  /** Between the guest's unmap and the device's UNMAP, of a range that the endpoint's domain still maps. */
  | { readonly kind: 'unmap-waits' }
  /** While a buffer is in flight: its mapping is the latest of the endpoint's domain, at most a tick old, and still there. */
  | { readonly kind: 'in-flight' }
  /** After the n-th event from now on that a filter lets through. */
  | { readonly kind: 'event'; readonly filter: string; readonly count: number }
  /** When the guest's start has come so far. */
  | { readonly kind: 'stage'; readonly stage: GuestStage }
  /** Each so many milliseconds of guest time. */
  | { readonly kind: 'every'; readonly ms: number };

/** The access. Without an address it goes to the first byte of what the condition is about. */
export interface ArmedRequest extends Omit<RogueRequest, 'address'> {
  readonly address?: bigint | undefined;
}

/** What is armed. */
export interface ArmedOrder {
  readonly request: ArmedRequest;
  readonly when: ArmedWhen;
  /** How often the access is made; once if left out. */
  readonly times?: number | undefined;
  /** Hears of each access when it was made. */
  readonly onShot?: ((shot: ArmedShot) => void) | undefined;
}

/** An access that was made, and when. */
export interface ArmedShot {
  readonly request: RogueRequest;
  readonly result: RogueResult;
  readonly sequence: number;
  readonly timeMs: number;
  readonly instructions: number;
}

/** What is used of a machine. */
export interface ArmedMachine {
  readonly iommu:
    | {
        readonly sequence: number;
        state(): Pick<IommuState, 'endpoints'>;
        mappings(domain: number, from: bigint, limit: number): readonly Mapping[];
      }
    | undefined;
  readonly waitingUnmaps: readonly WaitingUnmap[];
  readonly ranMs: number;
  readonly instructions: number;
  /** Whether it can not be touched now. */
  readonly isBusy: boolean;
  /** Throws `InputError` for an access that no endpoint could make. */
  checkAccess(request: RogueRequest): void;
  rogueDma(request: RogueRequest): RogueResult;
  onTick(listener: () => void): () => void;
}

/** What else a condition asks. */
export interface ArmedSights {
  /** How many events a filter has let through so far. Throws `InputError` for a filter that can not be read. */
  counter(filter: string): () => number;
  /** The latest mapping of a domain that was made behind an event; undefined when there is none. */
  newest(domain: number, behind: number): { readonly virtStart: bigint } | undefined;
  readonly stage: GuestStage;
}

/** Where the access goes where the condition says so; 'wait' while it does not hold. */
type Condition = () => { readonly address: bigint | undefined } | 'wait';

export class ArmedAccess {
  /** Resolves when the last access was made. */
  readonly done: Promise<readonly ArmedShot[]>;
  readonly #machine: ArmedMachine;
  readonly #request: ArmedRequest;
  readonly #condition: Condition;
  readonly #shots: ArmedShot[] = [];
  readonly #onShot: ArmedOrder['onShot'];
  readonly #dispose: () => void;

  /** Makes `times` accesses. Throws `InputError` for a condition that can not be read, and for an access that can not be made. */
  constructor(
    machine: ArmedMachine,
    sights: ArmedSights,
    { request, when, times = 1, onShot }: ArmedOrder,
  ) {
    const namesPlace = when.kind === 'unmap-waits' || when.kind === 'in-flight';
    if (request.address === undefined && !namesPlace) {
      throw new InputError('Say which address the armed access goes to.');
    }
    if (!Number.isInteger(times) || times < 1) {
      throw new InputError(`An armed access is made once or more often, not ${times} times.`);
    }
    machine.checkAccess({ ...request, address: request.address ?? 0n });
    this.#machine = machine;
    this.#onShot = onShot;
    this.#request = request;
    this.#condition = conditionOf(machine, sights, request.endpoint, when);
    let resolve: (shots: readonly ArmedShot[]) => void = () => undefined;
    this.done = new Promise((settle) => {
      resolve = settle;
    });
    this.#dispose = machine.onTick(() => {
      this.#look();
      if (this.#shots.length < times) return;
      this.disarm();
      resolve(this.#shots);
    });
  }

  /** Those that were made so far. */
  get shots(): readonly ArmedShot[] {
    return this.#shots;
  }

  /** No access is made from now on; `done` of one that was not over stays open. */
  disarm(): void {
    this.#dispose();
  }

  #look(): void {
    // The tick that ends with a power cycle, say: the next one will do
    if (this.#machine.isBusy) return;
    const place = this.#condition();
    if (place === 'wait') return;
    const { endpoint, access, length } = this.#request;
    const address = this.#request.address ?? place.address;
    if (address === undefined) return;
    const { ranMs: timeMs, instructions, iommu } = this.#machine;
    const sequence = iommu?.sequence ?? 0;
    const request = { endpoint, access, length, address };
    const result = this.#machine.rogueDma(request);
    const shot = { request, result, sequence, timeMs, instructions };
    this.#shots.push(shot);
    this.#onShot?.(shot);
  }
}

function conditionOf(
  machine: ArmedMachine,
  sights: ArmedSights,
  endpoint: number,
  when: ArmedWhen,
): Condition {
  const domainOf = (): number | null =>
    machine.iommu?.state().endpoints.find(({ id }) => id === endpoint)?.domain ?? null;
  switch (when.kind) {
    case 'unmap-waits':
      return () => {
        const waiting = machine.waitingUnmaps;
        if (waiting.length === 0) return 'wait';
        const domain = domainOf();
        for (const { domain: other, virtStart, virtEnd } of waiting) {
          if (other !== domain) continue;
          const [mapping] = machine.iommu?.mappings(domain, virtStart, 1) ?? [];
          if (mapping === undefined || mapping.virtStart > virtEnd) continue;
          return { address: mapping.virtStart > virtStart ? mapping.virtStart : virtStart };
        }
        return 'wait';
      };
    case 'in-flight': {
      let behind = machine.iommu?.sequence ?? 0;
      return () => {
        const sequence = machine.iommu?.sequence ?? 0;
        const domain = sequence === behind ? null : domainOf();
        const made = domain === null ? undefined : sights.newest(domain, behind);
        behind = sequence;
        if (made === undefined || domain === null) return 'wait';
        const [mapping] = machine.iommu?.mappings(domain, made.virtStart, 1) ?? [];
        return mapping?.virtStart === made.virtStart ? { address: made.virtStart } : 'wait';
      };
    }
    case 'event': {
      if (!Number.isInteger(when.count) || when.count < 1) {
        throw new InputError(`An event is counted from 1 on, not ${when.count}.`);
      }
      const count = sights.counter(when.filter);
      const target = count() + when.count;
      return once(() => count() >= target);
    }
    case 'stage': {
      const order = GUEST_STAGES.indexOf(when.stage);
      if (order < 0) {
        throw new InputError(
          `There is no stage "${when.stage}". There are: ${GUEST_STAGES.join(', ')}.`,
        );
      }
      return once(() => GUEST_STAGES.indexOf(sights.stage) >= order);
    }
    case 'every': {
      if (!(when.ms > 0)) throw new InputError('Say a number of milliseconds above 0.');
      let next = machine.ranMs + when.ms;
      return () => {
        if (machine.ranMs < next) return 'wait';
        next += when.ms * (1 + Math.floor((machine.ranMs - next) / when.ms));
        return { address: undefined };
      };
    }
  }
}

/** Holds from the first time on. */
function once(holds: () => boolean): Condition {
  return () => (holds() ? { address: undefined } : 'wait');
}
