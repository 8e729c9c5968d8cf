// A device whose events are recorded, and which was asked for its state after each of them.

import type { DomainState, EndpointState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import type { IommuOptions } from '../../src/iommu/options.ts';
import type { ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import type { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import type { IommuSnapshot } from '../../src/iommu/iommu-snapshot.ts';
import { VIRTIO_IOMMU_F_BYPASS_CONFIG } from '../../src/iommu/protocol/protocol.ts';
import { toIova } from '../../src/memory/address.ts';
import { ALL_FACTS, type RecordHead } from '../../src/trace/record/head.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import type { IommuDriver } from './iommu-driver.ts';
import { createIommuRig, ENDPOINT, OTHER_ENDPOINT, type IommuRig } from './iommu-rig.ts';

const PAGE = 0x1000n;
/** Pages of IOVA that requests are about, from each of these on. */
export const PAST_PAGES = 12;
export const PAST_BASES = [0n, 0xffff_0000n, 0x1f_ffff_ffff_c000n, 0xffff_ffff_ffff_0000n] as const;

/** What the device said of itself: all but the counters of accesses, for which the record has no events. */
export interface DeviceMoment {
  readonly isBypass: boolean;
  readonly endpoints: readonly Pick<
    EndpointState,
    'id' | 'mode' | 'domain' | 'isMaster' | 'reserved'
  >[];
  readonly domains: readonly (Pick<
    DomainState,
    'id' | 'isBypass' | 'endpoints' | 'mappings' | 'bytes' | 'reserved'
  > & { readonly list: readonly Mapping[] })[];
}

export type PastStep =
  | { readonly kind: 'attach'; endpoint: number; domain: number; flags: number }
  | { readonly kind: 'detach'; endpoint: number; domain: number }
  | { readonly kind: 'map'; domain: number; base: number; from: number; pages: number; to: number }
  | { readonly kind: 'unmap'; domain: number; base: number; from: number; pages: number }
  /** UNMAP of one of the mappings that there are. */
  | { readonly kind: 'unmap-one'; index: number }
  | { readonly kind: 'access'; endpoint: number; base: number; from: number }
  | { readonly kind: 'bypass'; isBypass: boolean }
  /** Bus mastering of `OTHER_ENDPOINT`. */
  | { readonly kind: 'master'; isMaster: boolean }
  | { readonly kind: 'probe' | 'start' | 'system-reset' | 'power-cycle' }
  /** Events come to the record, or are lost on their way. */
  | { readonly kind: 'take' | 'lose' }
  /** Longer than a chunk can tell the time of. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'save' | 'go-back' };

/** Domains from here on are those that exist. */
export const PRESENT_DOMAIN = 4;
const PAUSE_MS = 50_000;

/** No device has it. */
export const UNKNOWN_ENDPOINT = 77;

export interface PastOptions {
  readonly options: Partial<IommuOptions>;
  readonly reserved: Partial<Record<number, readonly ReservedRegion[]>>;
  readonly accepts: bigint;
  /** Whether bus mastering of `OTHER_ENDPOINT` is off after power on. */
  readonly isSilent?: boolean;
}

/** Devices of one machine, one after the other; `record` has what was taken. */
export class PastRig {
  readonly record: IommuRecord;
  readonly recorder = new Recorder();
  /** What the device was after each event, by sequence; 0 is power on. */
  readonly moments = new Map<number, DeviceMoment>();
  /** Events that were lost on their way. */
  lost = 0;
  readonly #options: PastOptions;
  #pausedMs = 0;
  #saved: { readonly iommu: IommuSnapshot; readonly isMaster: boolean } | undefined;
  #isMaster: boolean;
  #rig: IommuRig;
  #driver: IommuDriver;

  constructor(options: PastOptions, recordOptions: { readonly maxBytes?: number } = {}) {
    this.#options = options;
    this.#isMaster = options.isSilent !== true;
    this.#rig = this.#powerOn(0);
    this.record = new IommuRecord(headOf(this.#rig.iommu, options), recordOptions);
    this.#driver = this.#rig.start();
    this.take();
  }

  get sequence(): number {
    return this.#rig.iommu.sequence;
  }

  /** The device after its latest event. */
  get now(): DeviceMoment {
    const now = this.moments.get(this.sequence);
    if (now === undefined) throw new Error('the device was asked after each event');
    return now;
  }

  take(): void {
    for (const batch of this.recorder.take()) this.record.append(batch);
  }

  /** Does it; what the device refuses has an event like all else. */
  do(step: PastStep): void {
    const { iommu } = this.#rig;
    switch (step.kind) {
      case 'attach':
        this.#driver.attach(this.#domainOf(step), step.endpoint, step.flags);
        break;
      case 'detach':
        this.#driver.detach(this.#domainOf(step), step.endpoint);
        break;
      case 'map': {
        const physStart = BigInt(step.to) * PAGE;
        const fields = { ...rangeOf(step), physStart, flags: step.to % 4 };
        this.#driver.map(this.#domainOf(step), fields);
        break;
      }
      case 'unmap': {
        const { virtStart, virtEnd } = rangeOf(step);
        this.#driver.unmap(this.#domainOf(step), virtStart, virtEnd);
        break;
      }
      case 'unmap-one': {
        const all = this.now.domains.flatMap(({ id, list }) => list.map((each) => ({ id, each })));
        const one = all[step.index % Math.max(1, all.length)];
        if (one !== undefined) this.#driver.unmap(one.id, one.each.virtStart, one.each.virtEnd);
        break;
      }
      case 'access': {
        if (step.endpoint === UNKNOWN_ENDPOINT) break;
        const address = rangeOf({ ...step, pages: 1 }).virtStart;
        const halves = [Number(address >> 32n), Number(address & 0xffff_ffffn)] as const;
        iommu.port(step.endpoint).translate(...halves, 8, 1);
        break;
      }
      case 'bypass':
        if ((iommu.deviceFeatures & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n) {
          iommu.setBypass(step.isBypass);
        }
        break;
      case 'master':
        if (step.isMaster === this.#isMaster) break;
        this.#isMaster = step.isMaster;
        iommu.tellMaster(OTHER_ENDPOINT);
        break;
      case 'probe':
        this.#driver.probe(ENDPOINT, 512);
        break;
      case 'start':
        this.#restart();
        break;
      case 'system-reset':
        this.#isMaster = this.#options.isSilent !== true;
        iommu.systemReset();
        this.#restart();
        break;
      case 'power-cycle':
        this.#saved = undefined;
        this.#isMaster = this.#options.isSilent !== true;
        this.#rig = this.#powerOn(this.sequence);
        this.#rig.iommu.tellPowerCycle();
        this.#restart();
        break;
      case 'take':
        this.take();
        break;
      case 'lose':
        this.lost += this.recorder.take().reduce((sum, { count }) => sum + count, 0);
        break;
      case 'pause':
        this.#pausedMs += PAUSE_MS;
        break;
      case 'wait':
        this.#pausedMs += step.ms;
        break;
      case 'save':
        this.#saved = { iommu: iommu.save(), isMaster: this.#isMaster };
        break;
      case 'go-back':
        this.#goBack();
        break;
    }
  }

  #goBack(): void {
    const saved = this.#saved;
    if (saved === undefined) return;
    this.take();
    this.#isMaster = saved.isMaster;
    this.#rig.iommu.restore(saved.iommu);
    this.record.rewind(saved.iommu.sequence);
    for (const sequence of this.moments.keys()) {
      if (sequence > saved.iommu.sequence) this.moments.delete(sequence);
    }
  }

  #domainOf({ domain }: { readonly domain: number }): number {
    if (domain < PRESENT_DOMAIN) return domain;
    const present = this.now.domains.filter(({ isBypass }) => !isBypass);
    return present[domain % Math.max(1, present.length)]?.id ?? 0;
  }

  #restart(): void {
    this.#rig.driverMemory.release();
    this.#driver = this.#rig.start();
  }

  /** Another device, whose events go on after `sequence`. */
  #powerOn(sequence: number): IommuRig {
    const { options, reserved, accepts } = this.#options;
    const rig = createIommuRig({
      options,
      reserved,
      accepts,
      sequence,
      isMaster: (id) => id !== OTHER_ENDPOINT || this.#isMaster,
    });
    const { iommu } = rig;
    if (sequence === 0) this.moments.set(0, momentOf(iommu));
    iommu.onEvent((event) => {
      const timeMs = this.#pausedMs + event.sequence / 100;
      this.recorder.add(event, { timeMs, instructions: event.sequence });
      this.moments.set(event.sequence, momentOf(iommu));
    });
    return rig;
  }
}

interface Extent {
  readonly base: number;
  readonly from: number;
  readonly pages: number;
}

function rangeOf({ base, from, pages }: Extent): { virtStart: bigint; virtEnd: bigint } {
  const virtStart = (PAST_BASES[base] ?? 0n) + BigInt(from) * PAGE;
  return { virtStart, virtEnd: virtStart + BigInt(pages) * PAGE - 1n };
}

function headOf(iommu: VirtioIommu, { options, isSilent }: PastOptions): RecordHead {
  return {
    source: 'viommu',
    endpoints: iommu.state().endpoints.map(({ id, reserved }) => ({
      id,
      name: `endpoint-${id}`,
      reserved,
      isMaster: id === OTHER_ENDPOINT ? isSilent !== true : undefined,
    })),
    device: {
      features: iommu.deviceFeatures,
      pageSizeMask: PAGE,
      inputRange: options.inputRange ?? { start: 0n, end: 0xffff_ffffn },
      domainRange: { start: 0, end: 0xffff },
      probeSize: 512,
      isBootBypass: options.bootBypass ?? true,
      identityPolicy: options.identityPolicy ?? 'reject',
      dialect: '1.2',
    },
    memoryBytes: null,
    kernel: null,
    facts: ALL_FACTS,
  };
}

function momentOf(iommu: VirtioIommu): DeviceMoment {
  const { isBypass, endpoints, domains }: IommuState = iommu.state();
  return {
    isBypass,
    endpoints: endpoints.map(({ id, mode, domain, isMaster, reserved }) => ({
      id,
      mode,
      domain,
      isMaster,
      reserved,
    })),
    domains: domains.map(({ id, isBypass, endpoints, mappings, bytes, reserved }) => ({
      id,
      isBypass,
      endpoints,
      mappings,
      bytes,
      reserved,
      list: iommu.mappings(id, toIova(0n), 1000),
    })),
  };
}
