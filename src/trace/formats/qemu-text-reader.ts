// Reads what QEMU writes of its virtio-iommu with `-trace 'virtio_iommu_*' -D FILE`. One line can need the next ones to be
// understood: an UNMAP is followed by a line for each mapping that it removed.

import type { DeviceEvent } from '../../iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import { NO_STATUS } from '../record/event-columns.ts';
import { ALL_FACTS } from '../record/head.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import { ImportedRecord } from './imported-record.ts';
import { QemuDevice } from './qemu-device.ts';
import { readQemuLine, type QemuEvent } from './qemu-text.ts';
import { TextLines } from './text-lines.ts';
import { TraceError, type TraceReader } from './trace-reader.ts';

type Attach = Extract<QemuEvent, { readonly domain: number; readonly endpoint: number }>;
type Unmap = Extract<QemuEvent, { readonly kind: 'unmap' | 'unmap-done' }>;
type Fault = Extract<QemuEvent, { readonly kind: 'fault' }>;
type Translation = Extract<QemuEvent, { readonly kind: 'translate' }>;

/** Device status bit DRIVER_OK (virtio 1.2, 2.1). */
const DRIVER_OK = 4;
/** `IOMMUAccessFlags` of QEMU's memory API, which are the bits of a MAP: read, write. */
const ACCESS_READ = 1;
const ACCESS_WRITE = 2;

const WHAT_IT_DOES_NOT_TELL: readonly string[] = [
  'QEMU’s text does not tell the status of a request: each is taken for accepted unless a later line contradicts that.',
  'It does not tell the flags of an ATTACH, so that a bypass domain looks like any other; nor PROBE requests, nor who in the guest asked.',
];

export class QemuTextReader implements TraceReader {
  readonly keyframe = undefined;
  readonly #imported: ImportedRecord;
  readonly #lines = new TextLines();
  readonly #device = new QemuDevice();
  /** Domain of each endpoint that is attached. */
  readonly #attachments = new Map<number, number>();
  #attach: Attach | undefined;
  #unmap: { readonly event: Unmap; removed: number } | undefined;
  #translation: Translation | undefined;
  #status = 0;
  /** Null where the first line has no time: then none has. */
  #firstUs: number | null | undefined;
  #timeMs: number | null = null;
  #accesses = 0;
  #selfAttaches = 0;

  constructor(maxBytes?: number) {
    this.#imported = new ImportedRecord(() => {
      const { endpoints, options } = this.#device;
      const facts = {
        ...ALL_FACTS,
        status: false,
        accesses: false,
        requests: false,
        who: false,
        times: this.#timeMs !== null,
        instructions: false,
      };
      return { source: 'qemu', endpoints, device: options, memoryBytes: null, kernel: null, facts };
    }, maxBytes);
  }

  get record(): IommuRecord | undefined {
    return this.#imported.record;
  }

  get remarks(): readonly string[] {
    const { record } = this;
    if (record === undefined) return [];
    const { device, facts } = record.head;
    return [
      ...WHAT_IT_DOES_NOT_TELL,
      ...when(
        device === null,
        'The device’s options are not known: the text lacks virtio_iommu_get_features or virtio_iommu_get_config before the first request. Trace all events of virtio_iommu_* from the start.',
      ),
      ...when(
        device !== null,
        'Which features the driver accepted is not in the text: all that the device offers are taken for accepted.',
      ),
      ...when(
        !facts.times,
        'Its lines have no times: the order is all there is, and events stand 1 ms apart.',
      ),
      ...when(
        this.#accesses > 0,
        `${this.#accesses} lines tell of ordinary accesses, which a record does not keep.`,
      ),
      ...when(
        this.#selfAttaches > 0,
        `An endpoint was attached to the domain that it was in ${this.#selfAttaches} times: QEMU takes it out first, which stands as a DETACH.`,
      ),
      ...this.#imported.leftOut,
    ];
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#lines.take(bytes, (line) => this.#take(line));
    this.#imported.gather();
  }

  async end(): Promise<void> {
    this.#lines.end((line) => this.#take(line));
    this.#settle();
    if (this.#imported.sequence > 0) {
      this.#imported.begin();
      this.#imported.gather();
      return;
    }
    throw new TraceError(
      'There is no request, fault or reset in this text of QEMU’s. Trace all of virtio_iommu_*: -trace "virtio_iommu_*" -D FILE.',
    );
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const read = readQemuLine(line);
    if (typeof read === 'string') return this.#imported.leaveOut(read, this.#lines.count);
    const { event, timeUs } = read;
    if (event === null) return;
    if (event.kind === 'translate') {
      this.#accesses += 1;
      this.#translation = event;
      return;
    }
    if (this.#isPart(event)) return;
    this.#settle();
    if (this.#firstUs === undefined) this.#firstUs = timeUs ?? null;
    if (timeUs !== undefined && this.#firstUs !== null) {
      this.#timeMs = Math.max(0, (timeUs - this.#firstUs) / 1000);
    }
    this.#apply(event);
  }

  /** Whether an event belongs to the request before it. */
  #isPart(event: QemuEvent): boolean {
    const [attach, unmap] = [this.#attach, this.#unmap];
    if (event.kind === 'unmap-done' && unmap?.event.domain === event.domain) {
      unmap.removed += 1;
      return true;
    }
    if (event.kind !== 'leave' || attach?.endpoint !== event.endpoint) return false;
    // An ATTACH to another domain moves the endpoint; one to the same makes that domain anew
    if (attach.domain === event.domain) {
      this.#selfAttaches += 1;
      this.#detach(event.endpoint, event.domain);
    }
    return true;
  }

  /** Nothing more belongs to the latest request. */
  #settle(): void {
    const [attach, unmap] = [this.#attach, this.#unmap];
    this.#attach = undefined;
    this.#unmap = undefined;
    if (attach !== undefined) {
      const { endpoint, domain } = attach;
      this.#device.meet(endpoint);
      this.#attachments.set(endpoint, domain);
      this.#request({ kind: 'attached', endpoint, domain, flags: 0, status: NO_STATUS });
    }
    if (unmap === undefined) return;
    const { domain, virtStart, virtEnd } = unmap.event;
    const { removed } = unmap;
    this.#request({ kind: 'unmapped', domain, virtStart, virtEnd, removed, status: NO_STATUS });
  }

  #apply(event: QemuEvent): void {
    switch (event.kind) {
      case 'features':
      case 'config':
      case 'region':
        this.#device.take(event);
        return;
      case 'bypass':
        return this.#add({ kind: 'bypass-changed', isBypass: event.bypass !== 0 });
      case 'status':
        return this.#changeStatus(event.status);
      case 'device-reset':
      case 'system-reset':
        this.#attachments.clear();
        this.#status = 0;
        return this.#add({ kind: event.kind === 'device-reset' ? 'reset' : 'system-reset' });
      case 'attach':
        this.#attach = event;
        return;
      case 'detach':
        return this.#detach(event.endpoint, event.domain);
      case 'leave':
        // It confirms the DETACH before it, or an endpoint was unplugged
        if (this.#attachments.get(event.endpoint) !== event.domain) return;
        return this.#detach(event.endpoint, event.domain);
      case 'map': {
        const { domain, virtStart, virtEnd, physStart, flags } = event;
        const mapping = { domain, virtStart, virtEnd, physStart, flags };
        return this.#request({ kind: 'mapped', ...mapping, status: NO_STATUS });
      }
      case 'unmap':
        this.#unmap = { event, removed: 0 };
        return;
      case 'unmap-done':
        // Its UNMAP was not traced
        this.#unmap = { event, removed: 1 };
        return;
      case 'fault':
        return this.#fault(event);
      case 'translate':
        return;
    }
  }

  #changeStatus(status: number): void {
    const isStarting = (status & DRIVER_OK) !== 0 && (this.#status & DRIVER_OK) === 0;
    this.#status = status;
    const { features } = this.#device;
    if (isStarting && features !== undefined) this.#add({ kind: 'started', features });
  }

  #detach(endpoint: number, domain: number): void {
    this.#attachments.delete(endpoint);
    this.#request({ kind: 'detached', endpoint, domain, status: NO_STATUS });
  }

  #fault({ reason, endpoint, address, flags }: Fault): void {
    this.#device.meet(endpoint);
    this.#request({
      kind: 'faulted',
      endpoint,
      reason,
      flags: flags | this.#direction(endpoint, address),
      address,
      start: address,
      length: 0,
      isRing: false,
      domain: this.#attachments.get(endpoint) ?? null,
      mappedFlags: null,
      isReported: true,
    });
  }

  /** Which way an access went: QEMU reports it for some reasons only, and tells it of each access that it translates. */
  #direction(endpoint: number, address: bigint): number {
    const latest = this.#translation;
    if (latest?.endpoint !== endpoint || latest.address !== address) return 0;
    const read = (latest.flag & ACCESS_READ) === 0 ? 0 : VIRTIO_IOMMU_FAULT_F_READ;
    return read | ((latest.flag & ACCESS_WRITE) === 0 ? 0 : VIRTIO_IOMMU_FAULT_F_WRITE);
  }

  /** Adds what comes of a driver or an endpoint, before which QEMU has told all of the device. */
  #request(event: DeviceEvent): void {
    this.#imported.begin();
    this.#add(event);
  }

  #add(event: DeviceEvent): void {
    this.#imported.add(event, this.#timeMs);
  }
}

function when(isSo: boolean, sentence: string): readonly string[] {
  return isSo ? [sentence] : [];
}
