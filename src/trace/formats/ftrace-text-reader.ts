// Reads Linux's own trace of its IOMMU: events `iommu:*` as tracefs writes them. Linux writes them when its driver has done
// the thing, so that all it tells of was accepted.

import type { DeviceEvent } from '../../iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_OK,
} from '../../iommu/protocol/protocol.ts';
import { ALL_FACTS, type RecordFacts } from '../record/head.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { Who } from '../record/who.ts';
import { FtraceDevices } from './ftrace-devices.ts';
import { readFtraceLine, type FtraceEvent, type FtraceLine } from './ftrace-text.ts';
import { ImportedRecord } from './imported-record.ts';
import { TextLines } from './text-lines.ts';
import { TraceError, type TraceReader } from './trace-reader.ts';

/** The text names no domain. */
const THE_DOMAIN = 0;
const BOTH_RIGHTS = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;
/** Mappings that are remembered, to count what an UNMAP removes. */
const MAX_LIVE = 1 << 20;

const FACTS: RecordFacts = {
  ...ALL_FACTS,
  domains: false,
  accesses: false,
  requests: false,
  instructions: false,
};

const WHAT_IT_DOES_NOT_TELL: readonly string[] = [
  'Linux’s text does not tell the domain of a MAP or an UNMAP: all are taken for one domain, so that mappings of two domains at the same IOVA cannot be told apart.',
  'It tells neither the rights of a mapping, both of which are taken for given, nor requests that were refused.',
  'The number of an endpoint is that of its PCI address; others have numbers from 0x10000 on, which are not those of the device.',
];

export class FtraceTextReader implements TraceReader {
  readonly keyframe = undefined;
  readonly #imported: ImportedRecord;
  readonly #lines = new TextLines();
  readonly #devices = new FtraceDevices();
  /** Bytes of each mapping, by where it starts. */
  readonly #live = new Map<bigint, bigint>();
  #lost = 0;

  constructor(maxBytes?: number) {
    const { endpoints } = this.#devices;
    this.#imported = new ImportedRecord(
      () => ({
        source: 'ftrace',
        endpoints,
        device: null,
        memoryBytes: null,
        kernel: null,
        facts: FACTS,
      }),
      maxBytes,
    );
  }

  get record(): IommuRecord | undefined {
    return this.#imported.record;
  }

  get remarks(): readonly string[] {
    if (this.record === undefined) return [];
    const lost =
      this.#lost === 0
        ? []
        : [`The kernel lost ${this.#lost} events: what was mapped before them is not known.`];
    return [...WHAT_IT_DOES_NOT_TELL, ...lost, ...this.#imported.leftOut];
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#lines.take(bytes, (line) => this.#take(line));
    this.#imported.gather();
  }

  async end(): Promise<void> {
    this.#lines.end((line) => this.#take(line));
    if (this.#imported.sequence > 0) {
      this.#imported.begin();
      this.#imported.gather();
      return;
    }
    throw new TraceError(
      'There is no event of iommu:* in this text of tracefs. Switch them on before the run: echo 1 > /sys/kernel/tracing/events/iommu/enable.',
    );
  }

  #take(line: string): void {
    const read = readFtraceLine(line);
    if (typeof read === 'string') this.#imported.leaveOut(read, this.#lines.count);
    else if ('event' in read) this.#apply(read);
    else if (read.kind === 'lost') this.#lose(read.events);
  }

  #lose(events: number): void {
    this.#lost += events;
    this.#live.clear();
    this.#imported.skip(events);
  }

  #apply(line: FtraceLine): void {
    for (const event of this.#eventsOf(line.event)) {
      this.#imported.begin();
      this.#imported.add(event, line.timeMs, whoOf(line));
    }
  }

  #eventsOf(event: FtraceEvent): readonly DeviceEvent[] {
    const status = VIRTIO_IOMMU_S_OK;
    switch (event.kind) {
      case 'map': {
        const { start, end, gpa } = event;
        if (this.#live.size < MAX_LIVE) this.#live.set(start, end - start + 1n);
        const mapping = { virtStart: start, virtEnd: end, physStart: gpa, flags: BOTH_RIGHTS };
        return [{ kind: 'mapped', domain: THE_DOMAIN, ...mapping, status }];
      }
      case 'unmap': {
        const { start, end, unmapped } = event;
        const range = { virtStart: start, virtEnd: end };
        const removed = this.#remove(start, unmapped);
        return [{ kind: 'unmapped', domain: THE_DOMAIN, ...range, removed, status }];
      }
      case 'attach': {
        const endpoint = this.#devices.number(event.device);
        return [{ kind: 'attached', endpoint, domain: THE_DOMAIN, flags: 0, status }];
      }
      case 'detach': {
        const endpoint = this.#devices.number(event.device);
        return [{ kind: 'detached', endpoint, domain: THE_DOMAIN, status }];
      }
      case 'join':
      case 'leave':
        this.#devices.number(event.device);
        return [];
      case 'fault': {
        const { address, isWrite } = event;
        const way = isWrite ? VIRTIO_IOMMU_FAULT_F_WRITE : VIRTIO_IOMMU_FAULT_F_READ;
        return [
          {
            kind: 'faulted',
            endpoint: this.#devices.number(event.device),
            reason: 0,
            flags: VIRTIO_IOMMU_FAULT_F_ADDRESS | way,
            address,
            start: address,
            length: 0,
            isRing: false,
            domain: THE_DOMAIN,
            mappedFlags: null,
            isReported: true,
          },
        ];
      }
    }
  }

  /** Mappings that an UNMAP of so many bytes removes; at least one, which may have been made before the trace. */
  #remove(start: bigint, bytes: bigint): number {
    let removed = 0;
    for (let at = start; at < start + bytes;) {
      const size = this.#live.get(at);
      if (size === undefined) break;
      this.#live.delete(at);
      removed += 1;
      at += size;
    }
    return bytes === 0n ? 0 : Math.max(1, removed);
  }
}

function whoOf({ pid, tgid, comm, isInterrupt }: FtraceLine): Who {
  return { task: { pid, tgid: tgid ?? pid, comm, isInterrupted: isInterrupt }, stack: null };
}
