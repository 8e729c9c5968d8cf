// What QEMU's text tells of the device itself: its options, and the reserved regions of its endpoints.

import { VIRTIO_IOMMU_RESV_MEM_T_MSI } from '../../iommu/protocol/protocol.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import { toIova } from '../../memory/address.ts';
import type { RecordedDevice, RecordedEndpoint } from '../record/head.ts';
import type { QemuEvent } from './qemu-text.ts';

type Told = Extract<QemuEvent, { readonly kind: 'features' | 'config' | 'region' }>;
type Config = Extract<QemuEvent, { readonly kind: 'config' }>;
type Region = Extract<QemuEvent, { readonly kind: 'region' }>;

/** Regions of one endpoint that are kept: QEMU's have a handful. */
const MAX_REGIONS = 64;

export class QemuDevice {
  /** Grows while lines come. */
  readonly endpoints: RecordedEndpoint[] = [];
  readonly #regions = new Map<number, ReservedRegion[]>();
  #features: bigint | undefined;
  #config: Config | undefined;

  /** Bits that the device offers; undefined before the text has told of them. */
  get features(): bigint | undefined {
    return this.#features;
  }

  /** Null where the text has not told all of them. */
  get options(): RecordedDevice | null {
    const [features, config] = [this.#features, this.#config];
    if (features === undefined || config === undefined) return null;
    const { pageSizeMask, inputStart, inputEnd, domainStart, domainEnd, probeSize } = config;
    return {
      features,
      pageSizeMask,
      inputRange: { start: inputStart, end: inputEnd },
      domainRange: { start: domainStart, end: domainEnd },
      probeSize,
      isBootBypass: config.bypass !== 0,
      identityPolicy: 'allow',
      dialect: '1.2',
    };
  }

  take(event: Told): void {
    switch (event.kind) {
      case 'features':
        this.#features ??= event.features;
        break;
      case 'config':
        // The first is before any change by the driver
        this.#config ??= event;
        break;
      case 'region':
        this.#reserve(event);
    }
  }

  /** Something was said of an endpoint. */
  meet(endpoint: number): void {
    this.#regionsOf(endpoint);
  }

  #reserve({ endpoint, type, start, end }: Region): void {
    const regions = this.#regionsOf(endpoint);
    const isThere = regions.some((other) => other.start <= end && other.end >= start);
    if (end < start || isThere || regions.length === MAX_REGIONS) return;
    // A subtype that is not known is to be taken for reserved (virtio 1.2, 5.13.6.8)
    const kind = type === VIRTIO_IOMMU_RESV_MEM_T_MSI ? 'msi' : 'reserved';
    regions.push({ kind, start: toIova(start), end: toIova(end) });
    regions.sort((one, other) => (one.start < other.start ? -1 : 1));
  }

  #regionsOf(id: number): ReservedRegion[] {
    const known = this.#regions.get(id);
    if (known !== undefined) return known;
    const reserved: ReservedRegion[] = [];
    this.#regions.set(id, reserved);
    this.endpoints.push({ id, name: `0x${id.toString(16)}`, reserved });
    return reserved;
  }
}
