// A naive virtio-iommu: what the specification and the rules of identity regions say, with nothing shared, cached or
// clever. It is the oracle of the model test and imports nothing of the device.

import { coalesce, route, type NaiveAccess, type NaiveOutcome } from './naive-dma.ts';
import {
  FAULT_SIZE,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_FAULT_F_WRITE,
} from './naive-numbers.ts';
import { configBytes, faultReport, type NaiveFault } from './naive-properties.ts';
import { listOf, type NaiveRegion } from './naive-regions.ts';
import { answer, type Answer } from './naive-requests.ts';
import {
  domainOf,
  isInBypassMode,
  leaveDomain,
  mappingAt,
  membersOf,
  regionsOf,
  type NaiveConfig,
  type NaiveEndpoint,
  type NaiveState,
} from './naive-state.ts';

/** A buffer of the event queue as the driver gets it back. */
export interface UsedEventBuffer {
  readonly size: number;
  readonly written: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const OFFSET_OF_BYPASS = 36;

/** The device and everything a driver can tell of it. */
export class NaiveIommu {
  /** Open to the commands, which look for interesting addresses in it. */
  state: NaiveState;
  /** Guest RAM from address 0 on. */
  readonly ram: Uint8Array;
  /** Sizes of the event buffers that the device holds. */
  eventBuffers: number[] = [];
  /** Event buffers that the driver may take back. */
  usedEventBuffers: UsedEventBuffer[] = [];
  /** What the device tells its listeners, a line each, since they were last taken; and their number in all. */
  events: string[] = [];
  sequence = 0;
  /** InterruptStatus: a used buffer, a configuration change. */
  interrupts = { used: false, config: false };
  /** An earlier moment, for a restore in the middle. */
  remembered: { readonly state: NaiveState; readonly sequence: number } | undefined;
  readonly #count: (rule: string) => void;

  /** `count` is told of every rule that decided something. */
  constructor(config: NaiveConfig, ramBytes: number, count: (rule: string) => void) {
    const isBypass = config.bootBypass && (config.offered & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n;
    this.state = { config, endpoints: [], domains: [], isBypass, features: null };
    this.ram = new Uint8Array(ramBytes);
    this.#count = count;
  }

  addEndpoint(id: number, regions: readonly NaiveRegion[]): void {
    const counters = {
      translated: 0,
      bypassed: 0,
      blocked: 0,
      translatedBytes: 0,
      bypassedBytes: 0,
      blockedBytes: 0,
    };
    this.state.endpoints.push({ id, regions, counters, domain: null });
  }

  get isRunning(): boolean {
    return this.state.features !== null;
  }

  /** DRIVER_OK: a driver runs, with these features. */
  start(features: bigint): void {
    this.state.features = features;
    this.#tell(`started ${features}`);
  }

  /** Device reset (virtio 1.2, 5.13.5): the driver, its buffers and all domains are gone; `bypass` stays. */
  reset(): void {
    this.#forget();
    this.#tell('reset');
  }

  /** System reset: a device reset, and `bypass` has its first value again. */
  systemReset(): void {
    const { config } = this.state;
    this.#forget();
    this.state.isBypass =
      config.bootBypass && (config.offered & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n;
    this.#tell('system-reset');
  }

  /** A request through the request queue. */
  request(readable: Uint8Array, room: number): Answer {
    const result = answer(this.state, readable, room);
    this.#count(result.rule);
    const removed = result.removed > 0 ? ` ${result.removed} removed` : '';
    this.#tell(`request ${result.status}${removed}`);
    this.interrupts.used = true;
    return result;
  }

  /** A DMA access, which moves no byte here. */
  access(dma: NaiveAccess): NaiveOutcome {
    const outcome = route(this.state, dma);
    this.#count(`${dma.access === VIRTIO_IOMMU_FAULT_F_WRITE ? 'write' : 'read'}: ${outcome.rule}`);
    const { counters } = dma.endpoint;
    switch (outcome.kind) {
      case 'doorbell':
        break;
      case 'fault':
        counters.blocked += 1;
        counters.blockedBytes += dma.length;
        this.#report(dma, outcome.fault);
        break;
      case 'memory':
        this.#count(`segments: ${howMany(coalesce(outcome.pieces).length)}`);
        if (outcome.isBypass) {
          counters.bypassed += 1;
          counters.bypassedBytes += dma.length;
        } else {
          counters.translated += 1;
          counters.translatedBytes += dma.length;
        }
        break;
    }
    return outcome;
  }

  /** All of configuration space. */
  configuration(): Uint8Array {
    return configBytes(this.state.config, this.state.isBypass);
  }

  /** virtio 1.2, 5.13.4.1: a driver may write `bypass` only, 0 or 1 only, as a byte, once it accepted the feature. */
  writeConfig(offset: number, width: number, value: number): void {
    const hasAccepted = ((this.state.features ?? 0n) & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n;
    const isBypass = offset === OFFSET_OF_BYPASS && width === 1 && value <= 1;
    this.#count(isBypass && hasAccepted ? 'config: bypass written' : 'config: write ignored');
    if (isBypass && hasAccepted) this.changeBypass(value === 1);
  }

  /** The host's change of `bypass`, of which a running driver is told. */
  changeBypassByHost(isBypass: boolean): void {
    if (this.changeBypass(isBypass) && this.isRunning) this.interrupts.config = true;
  }

  /** `bypass` gets a value; whether it is another one. */
  changeBypass(isBypass: boolean): boolean {
    if (this.state.isBypass === isBypass) return false;
    this.state.isBypass = isBypass;
    this.#tell(`bypass-changed ${isBypass}`);
    return true;
  }

  remember(): void {
    this.remembered = { state: structuredClone(this.state), sequence: this.sequence };
  }

  /** The whole state, or another one, in lines, for a comparison with the device. */
  describe(state: NaiveState = this.state, sequence = this.sequence): readonly string[] {
    const show = (regions: readonly NaiveRegion[]): string =>
      listOf(regions)
        .map(({ kind, start, end, flags }) => `${kind}[${start}..${end}]${flags}`)
        .join();
    const endpoints = state.endpoints.map((endpoint) => {
      const attached = endpoint.domain === null ? 'blocked' : 'attached';
      const mode = isInBypassMode(state, endpoint) ? 'bypass' : attached;
      const counts = Object.values(endpoint.counters).join();
      return `endpoint ${endpoint.id} ${mode} ${endpoint.domain} ${counts} ${show(endpoint.regions)}`;
    });
    const domains = state.domains
      .toSorted((one, other) => one.id - other.id)
      .flatMap((domain) => [
        `domain ${domain.id} ${domain.isBypass} ${membersOf(state, domain.id)
          .map(({ id }) => id)
          .join()} ${show(regionsOf(state, domain))}`,
        ...domain.mappings.map(
          ({ start, end, phys, flags }) => ` ${start}..${end} ${phys} ${flags}`,
        ),
        ` ${domain.mappings.reduce((sum, { start, end }) => sum + end - start + 1n, 0n)} bytes`,
      ]);
    return [`${sequence} ${state.isBypass}`, ...endpoints, ...domains];
  }

  /** virtio 1.2, 5.13.6.9: one report in one buffer; a buffer too small for it is of no use, and none means none. */
  #report({ endpoint, address: start, length }: NaiveAccess, fault: NaiveFault): void {
    let isReported = false;
    while (!isReported && this.isRunning && this.eventBuffers.length > 0) {
      const size = this.eventBuffers.shift() ?? 0;
      this.interrupts.used = true;
      isReported = size >= FAULT_SIZE;
      this.usedEventBuffers.push({ size, written: isReported ? faultReport(fault) : NOTHING });
      this.#count(isReported ? 'report: delivered' : 'report: buffer too small');
    }
    if (!isReported) this.#count(this.isRunning ? 'report: dropped' : 'report: no driver');
    const { reason, flags, address } = fault;
    const mapping = mappingAt(domainOf(this.state, endpoint.domain), address);
    this.#tell(
      `fault ${endpoint.id} ${reason} ${flags} ${address} ${start}+${length} ${endpoint.domain} ${mapping?.flags ?? null} ${isReported}`,
    );
  }

  #forget(): void {
    const { state } = this;
    state.features = null;
    for (const endpoint of state.endpoints) leaveDomain(state, endpoint);
    this.eventBuffers = [];
    this.usedEventBuffers = [];
    this.interrupts = { used: false, config: false };
  }

  #tell(event: string): void {
    this.sequence += 1;
    this.events.push(event);
  }
}

function howMany(count: number): string {
  if (count <= 4) return String(count);
  return count <= 1024 ? '5..1024' : 'more than 1024';
}

/** The endpoint of that index, whichever there is. */
export function endpointAt({ state }: NaiveIommu, index: number): NaiveEndpoint {
  const endpoint = state.endpoints[index % state.endpoints.length];
  if (endpoint === undefined) throw new Error('a model has endpoints');
  return endpoint;
}
