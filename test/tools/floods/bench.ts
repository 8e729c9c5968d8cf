// A device on a bench with a driver of ours, a record as a machine keeps it, and as many endpoints as you like.

import { DeviceRig } from '../../../src/driver/device-rig.ts';
import { sharedStore } from './shared-store.ts';
import { X86_MSI_REGION } from '../../../src/iommu/regions/reserved-regions.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';
import { TAIL_SIZE, TAIL_STATUS } from '../../../src/iommu/protocol/protocol.ts';
import { ACCESS_WRITE } from '../../../src/iommu/store/mapping-store.ts';
import { sweep, type SweepResult } from '../../../src/lab/sweep.ts';
import type { CauseId } from '../../../src/trace/explain/causes.ts';
import { explain } from '../../../src/trace/explain/explain.ts';
import { ALL_FACTS } from '../../../src/trace/record/head.ts';
import { IommuRecord } from '../../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../../src/trace/record/recorder.ts';
import { History } from '../../../src/trace/replay/history.ts';
import type { Moment } from '../../../src/trace/replay/moment.ts';
import { FlatMemory } from '../../../src/memory/flat-memory.ts';
import type { WasmStore } from '../../../src/iommu/engine/wasm-store.ts';
import { answerOf, answerOfMoment, digestOf } from '../device-answer.ts';

const PAGE_BYTES = 4096;
/** Of the 32-bit space; and the interrupt window's first, and the first behind it. */
export const PAGES = 0x10_0000;
export const WINDOW_START = 0xf_ee00;
export const WINDOW_END = 0xf_ef00;
const RAM_BYTES = 1 << 20;
const EVENT_BUFFERS = 64;
const PROBE_SIZE = 512;
const INPUT_RANGE = { start: 0n, end: 0xffff_ffffn };
const DOMAIN_RANGE = { start: 0, end: 0xffff };
const FEATURES = ((): bigint => new DeviceRig(partsFor(sharedStore({}))).iommu.deviceFeatures)();

function partsFor(store: WasmStore, accepts = 0n) {
  return {
    store,
    options: {},
    accepts,
    ring: 'split',
    ramBytes: RAM_BYTES,
    eventBuffers: EVENT_BUFFERS,
  } as const;
}

export class Bench {
  readonly endpoints: readonly number[];
  readonly store: WasmStore;
  readonly record: IommuRecord;
  readonly #rig: DeviceRig;
  readonly #history: History;
  readonly #recorder = new Recorder();

  /** A started device with endpoints 1 to `endpoints`, of which none is attached. */
  constructor({ endpoints, limits = {} }: { endpoints: number; limits?: Partial<StoreLimits> }) {
    this.endpoints = Array.from({ length: endpoints }, (_unused, index) => index + 1);
    this.store = sharedStore(limits);
    this.#rig = new DeviceRig(partsFor(this.store, FEATURES));
    const { iommu } = this.#rig;
    for (const id of this.endpoints) iommu.addEndpoint(id);
    const reserved = [X86_MSI_REGION];
    const isBootBypass = true;
    this.record = new IommuRecord({
      source: 'viommu',
      memoryBytes: null,
      kernel: null,
      facts: ALL_FACTS,
      endpoints: this.endpoints.map((id) => ({ id, name: `${id}`, reserved })),
      device: {
        features: iommu.deviceFeatures,
        pageSizeMask: 0x1000n,
        inputRange: INPUT_RANGE,
        domainRange: DOMAIN_RANGE,
        probeSize: PROBE_SIZE,
        isBootBypass,
        identityPolicy: 'reject',
        dialect: '1.2',
      },
    });
    this.#history = new History(this.record);
    this.#recorder.filled.on(() => this.gather());
    iommu.watch({
      request: (answered) => this.#recorder.addRequest(answered, 0, 0, 0),
      other: (event) => this.#recorder.add(event, { timeMs: 0, instructions: 0 }),
    });
    this.#rig.start();
  }

  get iommu(): DeviceRig['iommu'] {
    return this.#rig.iommu;
  }

  /** Has the device answer a request; its status, or what became of it instead. */
  request(readable: Uint8Array, writableLength = TAIL_SIZE): number | string {
    const outcome = this.#rig.request({ readable: [readable], writable: [writableLength] });
    if (outcome.kind !== 'used') return outcome.kind;
    const { bytes, length } = outcome.used;
    if (length < TAIL_SIZE) return 'no-tail';
    return bytes[bytes.length - TAIL_SIZE + TAIL_STATUS] ?? 'no-tail';
  }

  gather(): void {
    for (const batch of this.#recorder.take()) this.record.append(batch);
  }

  /** The present as the record has it. */
  get moment(): Moment {
    this.gather();
    const moment = this.#history.at(this.record.lastSequence);
    if (!moment.isKnown) throw new Error('The record knows all: nothing was left out.');
    return moment;
  }

  /** Tries every page from every endpoint. */
  sweep(): Promise<SweepResult> {
    const { iommu } = this.#rig;
    // Nothing moves there: it says which addresses there are
    const memory = new FlatMemory(RAM_BYTES);
    const endpoints = this.endpoints.map((id) => ({
      id,
      name: `${id}`,
      reserved: [X86_MSI_REGION],
    }));
    return sweep({ iommu, memory, options: {}, endpoints }, this.moment);
  }

  /** Of the latest refused requests, those whose cause is not known. */
  countUnexplained(count: number): number {
    const last = this.record.lastSequence;
    const causes = Array.from(
      { length: count },
      (_unused, index) => explain(this.#history, last - index)?.cause,
    );
    return causes.filter((cause) => cause === undefined || cause === 'not-known').length;
  }

  /** Why the latest request was refused. */
  get cause(): CauseId | undefined {
    this.gather();
    return explain(this.#history, this.record.lastSequence)?.cause;
  }

  /** Whether the device is what its record says. */
  isAsRecorded(): boolean {
    const list = (domain: number) => this.iommu.mappings(domain, 0n, 1 << 22);
    return digestOf(answerOf(this.iommu.state(), list)) === digestOf(answerOfMoment(this.moment));
  }

  /** Pages that an endpoint reaches and `isMapped` does not name, or the other way round, or that lead elsewhere than to themselves. */
  countWrong(id: number, isMapped: (page: number) => boolean): number {
    const port = this.iommu.port(id);
    let wrong = 0;
    for (let page = 0; page < PAGES; page += 1) {
      const address = page * PAGE_BYTES;
      const outcome = port.translate(0, address, PAGE_BYTES, ACCESS_WRITE);
      const target = outcome.kind === 'memory' ? outcome.segments[0]?.address : undefined;
      const isWindow = page >= WINDOW_START && page < WINDOW_END;
      const expected = !isWindow && isMapped(page) ? BigInt(address) : undefined;
      if (target !== expected) wrong += 1;
    }
    return wrong;
  }
}
