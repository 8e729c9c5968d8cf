// One virtio-iommu and its driver, asked in lines of JSON: one answer for each line.

import { joinWords, lowWord, highWord } from '../../base/words.ts';
import type { DmaOutcome, DmaPort } from '../../iommu/dma-port.ts';
import type { MappingStore } from '../../iommu/store/mapping-store.ts';
import { withPlatformDoorbell } from '../../iommu/regions/reserved-regions.ts';
import type { VirtioIommu } from '../../iommu/virtio-iommu.ts';
import { DeviceRig } from '../../driver/device-rig.ts';
import type { Shortage } from '../../driver/driver-queue.ts';
import type { DeviceArguments, EndpointChoice, Ring } from './device-arguments.ts';
import { parseDeviceLine, type DeviceOperation } from './device-lines.ts';
import { describeState, hex } from './device-state.ts';
import { LineError } from './line-fields.ts';
import { UsageError } from '../usage-error.ts';

type Operation<Name> = Extract<DeviceOperation, { op: Name }>;

const MIB = 1 << 20;
const DONE = { ok: true };
const NEEDS_RESET = { needsReset: true };

/** A device that has been started. */
export class DeviceSession {
  readonly #rig: DeviceRig;
  readonly #ring: Ring;
  readonly #ports: ReadonlyMap<number, DmaPort>;

  /** `store` is empty. Throws `UsageError` for a device that can not be. */
  constructor(args: DeviceArguments, store: MappingStore) {
    this.#rig = createRig(args, store);
    this.#ring = args.ring;
    const { iommu, hasEventQueue } = this.#rig;
    if (args.eventBuffers > 0 && !hasEventQueue) {
      throw new UsageError('--event-buffers is for an event queue, and this dialect has none.');
    }
    for (const endpoint of args.endpoints) addEndpoint(iommu, endpoint);
    this.#ports = new Map(args.endpoints.map(({ id }) => [id, iommu.port(id)]));
    this.#rig.start();
  }

  /** The answer to a line, which has no line break in it either. Never throws for what a line says. */
  answer(line: string): string {
    try {
      return JSON.stringify(this.#execute(parseDeviceLine(line)));
    } catch (error) {
      if (error instanceof LineError) return describeError(error.message);
      throw error;
    }
  }

  #execute(operation: DeviceOperation): object {
    switch (operation.op) {
      case 'request':
        return this.#request(operation);
      case 'dma':
        return this.#dma(operation);
      case 'event':
        return this.#event(operation);
      case 'config':
        return { bytes: toHex(this.#rig.readConfig()) };
      case 'config-write':
        this.#rig.writeConfig(operation.offset, operation.width, operation.value);
        return DONE;
      case 'reset':
        this.#rig.start();
        return DONE;
      case 'system-reset':
        this.#rig.systemReset();
        return DONE;
      case 'state':
        return describeState(this.#rig.iommu);
    }
  }

  #request({ readable, writable, direct }: Operation<'request'>): object {
    if (direct !== undefined && direct > 0 && this.#ring === 'packed') {
      throw new LineError(
        'In a packed ring all descriptors of a request stand in the table or none does: give "indirect":true.',
      );
    }
    const indirect = direct === undefined ? {} : { directDescriptors: direct };
    const outcome = this.#rig.request({ readable, writable, ...indirect });
    switch (outcome.kind) {
      case 'used':
        return { used: outcome.used.length, bytes: toHex(outcome.used.bytes) };
      case 'shortage':
        throw new LineError(REQUEST_SHORTAGES[outcome.of]);
      case 'needs-reset':
        return NEEDS_RESET;
    }
  }

  #dma({ endpoint, address, length, access }: Operation<'dma'>): object {
    const port = this.#ports.get(endpoint);
    if (port === undefined) {
      const ids = [...this.#ports.keys()].join(', ');
      throw new LineError(`There is no endpoint ${endpoint}. There are: ${ids}.`);
    }
    const outcome = port.translate(highWord(address), lowWord(address), length, access);
    return describeDma(outcome, address, length);
  }

  #event({ writable }: Operation<'event'>): object {
    const outcome = this.#rig.addEventBuffer(writable);
    switch (outcome.kind) {
      case 'added': {
        const { oldest } = outcome;
        return {
          bytes: oldest === undefined ? null : toHex(oldest.bytes.subarray(0, oldest.length)),
        };
      }
      case 'shortage':
        throw new LineError(EVENT_SHORTAGES[outcome.of]);
      case 'needs-reset':
        return NEEDS_RESET;
      case 'no-event-queue':
        throw new LineError('This dialect has no event queue: it does not report faults.');
    }
  }
}

/** The answer to a line that can not be followed. */
export function describeError(message: string): string {
  return JSON.stringify({ error: message });
}

const REQUEST_SHORTAGES: Readonly<Record<Shortage, string>> = {
  descriptors:
    'The request has more descriptors than the request queue. Cut it into fewer pieces, or give "indirect":true.',
  memory:
    "The request does not fit into the driver's memory. Make it shorter, or start with a larger --memory.",
};

const EVENT_SHORTAGES: Readonly<Record<Shortage, string>> = {
  descriptors:
    'The buffer has more pieces than the event queue has descriptors, and was not added. Cut it into fewer.',
  memory:
    "The buffer does not fit into the driver's memory, and was not added. Make it shorter, or start with a larger --memory.",
};

function describeDma(outcome: DmaOutcome, address: bigint, length: number): object {
  switch (outcome.kind) {
    case 'memory':
      return {
        segments: outcome.segments.map((each) => ({
          address: hex(each.address),
          length: each.length,
        })),
      };
    case 'doorbell':
      return { segments: [{ address: hex(address), length }], doorbell: true };
    case 'fault': {
      const { reason, flags, endpoint, high, low } = outcome.fault;
      return { fault: { reason, flags, endpoint, address: hex(joinWords(high, low)) } };
    }
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function createRig(args: DeviceArguments, store: MappingStore): DeviceRig {
  const { options, ring, memoryMiB, eventBuffers } = args;
  const accepts = args.accepts ?? options.features ?? 0n;
  const ramBytes = memoryMiB * MIB;
  return orUsageError(
    '',
    () => new DeviceRig({ store, options, accepts, ring, ramBytes, eventBuffers }),
  );
}

// Where the command line says nothing, an endpoint has the platform's MSI region, if PROBE can tell of it.
function addEndpoint(iommu: VirtioIommu, { id, regions }: EndpointChoice): void {
  if (regions.length === 0) {
    try {
      iommu.addEndpoint(id);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      iommu.addEndpoint(id, { reserved: [] });
    }
    return;
  }
  const reserved = withPlatformDoorbell(regions);
  orUsageError(`--resv of endpoint ${id}: `, () => iommu.addEndpoint(id, { reserved }));
}

/** Runs `work`; a `RangeError`, which tells of options that do not go together, becomes a `UsageError`. */
function orUsageError<T>(prefix: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError(`${prefix}${inWordsOfOptions(cause.message)}.`, { cause });
  }
}

/** The device's own words, with its options named as on the command line. */
function inWordsOfOptions(message: string): string {
  return message
    .replace('virtio-iommu: ', '')
    .replace('probeSize', '--probe-size')
    .replace('domainRange', '--domain-range');
}
