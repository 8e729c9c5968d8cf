// A machine without a guest, in a life that the worker's news can be told of: its IOMMU does as much as it is told to, in ticks.

import { Emitter } from '../../../src/base/emitter.ts';
import type { IommuWatcher } from '../../../src/iommu/events/event-recorder.ts';
import type { DeviceEvent, IommuEvent, IommuState } from '../../../src/iommu/events/iommu-event.ts';
import type { WireRequest } from '../../../src/iommu/events/wire-request.ts';
import { MAP_SIZE, TAIL_SIZE, UNMAP_SIZE } from '../../../src/iommu/protocol/protocol.ts';
import type { BootStory } from '../../../src/machine/snapshot/booted-guest.ts';
import { readPlan } from '../../../src/machine/plan/plan-check.ts';
import { pluggedEndpoints } from '../../../src/machine/plan/topology.ts';
import { tellWatcher } from '../../rigs/answered.ts';
import { LifeHistory, type HistoricMachine } from '../../../src/worker/host/life-history.ts';
import type { MachinePreview } from '../../../src/worker/host/machine-builder.ts';
import type { LifeReport } from '../../../src/worker/host/machine-life.ts';
import type { NewsLife, NewsMachine } from '../../../src/worker/host/news-host.ts';

const PAGE = 0x1000n;
/** Mappings of each domain that are there at a time. */
const LIVE = 256;
const FAULT_EACH = 1000;
/** Pages that faults go to. */
const FAULT_PAGES = 4096;
const PLACE = { branch: 1, consoleBytes: 0 };

function wire(readableLength: number, number: number): WireRequest {
  const readable = new Uint8Array(readableLength);
  new DataView(readable.buffer).setUint32(4, number, true);
  const written = new Uint8Array(TAIL_SIZE);
  const lengths = { writableLength: TAIL_SIZE, writtenLength: TAIL_SIZE };
  const framing = { readableDescriptors: 1, writableDescriptors: 1 };
  return { readableLength, ...lengths, ...framing, readable, written };
}

export class FloodMachine implements HistoricMachine, NewsMachine {
  readonly plan = readPlan({});
  readonly past = { place: PLACE, branches: [{ id: PLACE.branch }] };
  readonly who = {
    findWalk: () => 1,
    walk: () => 0,
    onNotification: () => () => undefined,
    learn: () => undefined,
  };
  readonly isInTick = false;
  readonly instructions = 0;
  readonly console: { onOutput(listener: (bytes: Uint8Array) => void): () => void };
  readonly iommu: {
    sequence: number;
    state(): IommuState;
    sampleAccesses(): void;
    doorbell: undefined;
  };
  ranMs = 0;
  isWaiting = false;
  readonly #endpoints = pluggedEndpoints(this.plan).map(({ id }) => id);
  readonly #events = new Emitter<IommuEvent>();
  readonly #ticks = new Emitter<void>();
  readonly #output = new Emitter<Uint8Array>();
  /** The request at hand as it was on the wire. */
  #request: WireRequest | undefined;
  /** Mappings that were made, and that are gone. */
  #mapped = 0;
  #unmapped = 0;

  constructor() {
    this.console = { onOutput: (listener) => this.#output.on(listener) };
    this.iommu = {
      sequence: 0,
      state: () => this.#state(),
      sampleAccesses: () => undefined,
      doorbell: undefined,
    };
  }

  get timeMs(): number {
    return this.ranMs;
  }

  /** Mappings of a domain, which are numbered from 1. */
  live(domain: number): number {
    const count = this.#endpoints.length;
    const upTo = (total: number): number => Math.floor((total + count - domain) / count);
    return upTo(this.#mapped) - upTo(this.#unmapped);
  }

  /** Puts each endpoint into a domain of its own. */
  attach(): void {
    this.#endpoints.forEach((endpoint, index) =>
      this.#say({ kind: 'attached', endpoint, domain: index + 1, flags: 0, status: 0 }),
    );
  }

  /** Makes so many events, or faults alone, as a guest does between two looks at it. */
  tick(events: number, ranMs: number, isFaultsOnly = false): void {
    this.ranMs = ranMs;
    for (let each = 0; each < events; each += 1) {
      if (isFaultsOnly || this.iommu.sequence % FAULT_EACH === 0) this.#fault();
      else if (this.#mapped - this.#unmapped < LIVE * this.#endpoints.length) this.#map();
      else this.#unmap();
    }
    this.#ticks.emit();
  }

  print(text: string): void {
    this.#output.emit(new TextEncoder().encode(text));
  }

  setWaiting(isWaiting: boolean): void {
    this.isWaiting = isWaiting;
  }

  watch(watcher: IommuWatcher): () => void {
    return this.#events.on((event) => tellWatcher(watcher, event, this.#request));
  }
  onTickFollowed(): () => void {
    return () => undefined;
  }
  onTick(listener: () => void): () => void {
    return this.#ticks.on(listener);
  }
  onPower(): () => void {
    return () => undefined;
  }
  onAccess(): () => void {
    return () => undefined;
  }
  onMove(): () => void {
    return () => undefined;
  }
  onLeave(): () => void {
    return () => undefined;
  }

  #map(): void {
    const number = this.#mapped++;
    this.#request = wire(MAP_SIZE, number);
    const physStart = BigInt(number % 4096) * PAGE;
    this.#say({ kind: 'mapped', ...this.#place(number), physStart, flags: 3, status: 0 });
  }

  #unmap(): void {
    const number = this.#unmapped++;
    this.#request = wire(UNMAP_SIZE, number);
    this.#say({ kind: 'unmapped', ...this.#place(number), removed: 1, status: 0 });
  }

  #fault(): void {
    this.#request = undefined;
    const [endpoint = 0] = this.#endpoints;
    const address = 0xdead_0000n + BigInt(this.iommu.sequence % FAULT_PAGES) * PAGE;
    const access = { address, start: address, length: 4, isRing: false };
    const meets = { domain: 1, mappedFlags: null, isReported: true };
    this.#say({ kind: 'faulted', endpoint, reason: 2, flags: 0x102, ...access, ...meets });
  }

  /** Where a mapping is: from the top down, and again. */
  #place(number: number): { domain: number; virtStart: bigint; virtEnd: bigint } {
    const count = this.#endpoints.length;
    const turn = Math.floor(number / count) % (2 * LIVE);
    const virtStart = 0xffff_f000n - BigInt(turn) * PAGE;
    return { domain: 1 + (number % count), virtStart, virtEnd: virtStart + PAGE - 1n };
  }

  #say(event: DeviceEvent): void {
    const sequence = (this.iommu.sequence += 1);
    this.#events.emit({ ...event, sequence });
  }

  #state(): IommuState {
    const counters = { translated: 0, blocked: 0, translatedBytes: 0, blockedBytes: 0 };
    return {
      sequence: this.iommu.sequence,
      isBypass: false,
      endpoints: this.#endpoints.map((id, index) => ({
        id,
        mode: 'attached',
        domain: index + 1,
        isMaster: true,
        ...counters,
        bypassed: 0,
        bypassedBytes: 0,
        reserved: [],
      })),
      domains: this.#endpoints.map((id, index) => ({
        id: index + 1,
        isBypass: false,
        endpoints: [id],
        mappings: this.live(index + 1),
        bytes: BigInt(this.live(index + 1)) * PAGE,
        ...counters,
        reserved: [],
      })),
    };
  }
}

/** Its life, which begins when it is told to. */
export class FloodLife implements NewsLife {
  readonly machine = new FloodMachine();
  readonly history = new LifeHistory(this.machine);
  readonly status = 'running';
  readonly isStarting = false;
  readonly story = undefined;
  readonly adopted = new Emitter<NewsMachine>();
  readonly previewed = new Emitter<MachinePreview>();
  readonly witnessed = new Emitter<Pick<BootStory, 'console'> & { readonly isTold: boolean }>();
  readonly poweredOn = new Emitter<{ readonly byGuest: boolean }>();
  readonly changed = new Emitter<void>();

  begin(): void {
    this.poweredOn.emit({ byGuest: false });
    this.adopted.emit(this.machine);
    this.machine.attach();
  }

  async supervise(): Promise<void> {
    // There is no guest to look after.
  }

  report(): LifeReport {
    return {
      life: 1,
      status: this.status,
      progress: { stage: 'ready', detail: '', loadedBytes: 0, totalBytes: 0, elapsedMs: 0 },
      failure: null,
      past: null,
    };
  }
}
