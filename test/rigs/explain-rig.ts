// A device whose events are recorded with their requests, and explained. Every act returns the sequence of its event.

import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { WireRequest } from '../../src/iommu/events/wire-request.ts';
import type { IommuOptions } from '../../src/iommu/options.ts';
import { resolveOptions } from '../../src/iommu/options.ts';
import type { ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import type { MappingStore } from '../../src/iommu/store/mapping-store.ts';
import { ALL_FACTS, type RecordedLimits, type RecordHead } from '../../src/trace/record/head.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { MarkContent } from '../../src/trace/record/marks.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import type { Who } from '../../src/trace/record/who.ts';
import { explain } from '../../src/trace/explain/explain.ts';
import type { Explanation } from '../../src/trace/explain/explanation.ts';
import { History } from '../../src/trace/replay/history.ts';
import type { IommuDriver } from './iommu-driver.ts';
import { createIommuRig, ENDPOINT, OTHER_ENDPOINT, RAM_BYTES, type IommuRig } from './iommu-rig.ts';

export const BLK = ENDPOINT;
export const NET = OTHER_ENDPOINT;
const NAMES: ReadonlyMap<number, string> = new Map([
  [BLK, 'virtio-blk'],
  [NET, 'virtio-net'],
]);

/** Milliseconds from one event to the next. */
const STEP_MS = 0.25;

export interface ExplainRigOptions {
  readonly options?: Partial<IommuOptions>;
  readonly reserved?: Partial<Record<number, readonly ReservedRegion[]>>;
  readonly accepts?: bigint;
  readonly makeStore?: () => MappingStore;
  /** What that has room for; without it the record does not tell. */
  readonly limits?: RecordedLimits;
  readonly maxBytes?: number;
  /** Hears every event with its request, whose bytes are the device's own. */
  readonly onEvent?: (event: IommuEvent, request: WireRequest | undefined) => void;
}

export class ExplainRig {
  readonly record: IommuRecord;
  readonly history: History;
  /** Who does what comes next. */
  who: Who | undefined;
  readonly #options: ExplainRigOptions;
  readonly #recorder = new Recorder();
  #rig: IommuRig;
  #driver: IommuDriver | undefined;

  constructor(options: ExplainRigOptions = {}) {
    this.#options = options;
    this.#rig = this.#powerOn(0);
    const head = headOf(this.#rig, resolveOptions(options.options), options.limits);
    const { maxBytes } = options;
    this.record = new IommuRecord(head, maxBytes === undefined ? {} : { maxBytes });
    this.history = new History(this.record);
  }

  get rig(): IommuRig {
    return this.#rig;
  }

  get driver(): IommuDriver {
    this.#driver ??= this.#rig.start();
    return this.#driver;
  }

  get sequence(): number {
    return this.rig.iommu.sequence;
  }

  /** Sequence of the latest fault; 0 before the first. */
  get latestFault(): number {
    return this.rig.events.findLast(({ kind }) => kind === 'faulted')?.sequence ?? 0;
  }

  /** Device reset, and a start of the driver; the sequence is that of the reset. */
  restart(): number {
    this.#rig.driverMemory.release();
    this.#driver = this.#rig.start();
    return this.sequence - 1;
  }

  /** Power-on state, and a start of the driver. */
  systemReset(): void {
    this.#rig.iommu.systemReset();
    this.restart();
  }

  /** Another device in place of this one; its driver starts with the next request. */
  powerCycle(): void {
    this.#rig = this.#powerOn(this.sequence);
    this.#driver = undefined;
    this.#rig.iommu.tellPowerCycle();
  }

  attach(domain: number, endpoint: number, flags = 0): number {
    this.driver.attach(domain, endpoint, flags);
    return this.sequence;
  }

  detach(domain: number, endpoint: number): number {
    this.driver.detach(domain, endpoint);
    return this.sequence;
  }

  /** Maps an inclusive range to the same guest-physical addresses from `physStart` on. */
  map(domain: number, start: bigint, end: bigint, flags = 3, physStart = 0x1000n): number {
    this.driver.map(domain, { virtStart: start, virtEnd: end, physStart, flags });
    return this.sequence;
  }

  unmap(domain: number, start: bigint, end: bigint): number {
    this.driver.unmap(domain, start, end);
    return this.sequence;
  }

  probe(endpoint: number, probeSize = 512): number {
    this.driver.probe(endpoint, probeSize);
    return this.sequence;
  }

  send(readable: Uint8Array, writableLength = 4): number {
    this.driver.send(readable, writableLength);
    return this.sequence;
  }

  access(endpoint: number, access: 'read' | 'write', address: bigint, length: number): number {
    const halves = [Number(address >> 32n), Number(address & 0xffff_ffffn)] as const;
    this.rig.iommu.port(endpoint).translate(...halves, length, access === 'read' ? 1 : 2);
    return this.sequence;
  }

  mark(content: MarkContent): void {
    this.#recorder.mark(content, { timeMs: this.sequence * STEP_MS, instructions: this.sequence });
  }

  /** Of the latest event, unless told otherwise. */
  explain(sequence = this.sequence): Explanation | undefined {
    this.take();
    return explain(this.history, sequence);
  }

  /** A device whose events go on after `sequence`. */
  #powerOn(sequence: number): IommuRig {
    const { makeStore, onEvent, maxBytes: _, limits: _limits, ...options } = this.#options;
    const store = makeStore === undefined ? {} : { store: makeStore() };
    const rig = createIommuRig({ ...options, ...store, sequence });
    const { iommu } = rig;
    iommu.onEvent((event) => {
      const timeMs = event.sequence * STEP_MS;
      const { request } = iommu;
      const instructions = event.sequence;
      onEvent?.(event, request);
      this.#recorder.add(event, { timeMs, instructions, request, who: this.who });
    });
    return rig;
  }

  /** What the recorder gathered goes into the record. */
  take(): void {
    for (const batch of this.#recorder.take()) this.record.append(batch);
  }
}

function headOf(
  { iommu }: IommuRig,
  options: IommuOptions,
  limits: RecordedLimits | undefined,
): RecordHead {
  const { pageSizeMask, inputRange, domainRange, probeSize, identityPolicy, dialect } = options;
  return {
    source: 'viommu',
    endpoints: iommu.state().endpoints.map(({ id, reserved }) => ({
      id,
      name: NAMES.get(id) ?? `0x${id.toString(16)}`,
      reserved,
    })),
    device: {
      features: iommu.deviceFeatures,
      pageSizeMask,
      inputRange,
      domainRange,
      probeSize,
      identityPolicy,
      dialect,
      isBootBypass: options.bootBypass,
      limits,
    },
    memoryBytes: RAM_BYTES,
    kernel: null,
    facts: ALL_FACTS,
  };
}
