// Device configuration layout (virtio 1.2, 5.13.4): constants of the build, and the one field that changes, `bypass`.

import type { IommuOptions } from './options.ts';
import {
  CONFIG_BYPASS,
  CONFIG_DOMAIN_END,
  CONFIG_DOMAIN_START,
  CONFIG_INPUT_END,
  CONFIG_INPUT_START,
  CONFIG_LENGTH,
  CONFIG_PAGE_SIZE_MASK,
  CONFIG_PROBE_SIZE,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_PROBE,
} from './protocol.ts';

/** The configuration bytes, and the only home of `bypass`. */
export class ConfigSpace {
  readonly #bytes: Uint8Array;
  readonly #bootBypass: boolean;

  constructor(options: IommuOptions) {
    this.#bytes = encodeConfig(options);
    this.#bootBypass = options.bootBypass && hasBypassField(options.features);
    this.isBypass = this.#bootBypass;
  }

  get isBypass(): boolean {
    return this.#bytes[CONFIG_BYPASS] === 1;
  }

  set isBypass(value: boolean) {
    this.#bytes[CONFIG_BYPASS] = value ? 1 : 0;
  }

  /** Back to the value of machine start; a device reset keeps `bypass` (virtio 1.2, 5.13.4.2). */
  systemReset(): void {
    this.isBypass = this.#bootBypass;
  }

  readByte(offset: number): number {
    return this.#bytes[offset] ?? 0;
  }

  /**
   * The value a driver's write gives `bypass`, or undefined for a write without effect: virtio 1.2, 5.13.4.1 lets a
   * driver write `bypass` only, 0 or 1 only, and only after it accepted BYPASS_CONFIG.
   */
  static decodeWrite(offset: number, bytes: Uint8Array, features: bigint): boolean | undefined {
    const value = bytes[0] ?? 0;
    const isAllowed = offset === CONFIG_BYPASS && bytes.length === 1 && hasBypassField(features);
    return isAllowed && value <= 1 ? value === 1 : undefined;
  }
}

function hasBypassField(features: bigint): boolean {
  return (features & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n;
}

// virtio 1.2, 5.13.4: page_size_mask is always valid, every other field only with its feature; ours are 0 without it.
function encodeConfig(options: IommuOptions): Uint8Array {
  const bytes = new Uint8Array(CONFIG_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(CONFIG_PAGE_SIZE_MASK, options.pageSizeMask, true);
  if ((options.features & VIRTIO_IOMMU_F_INPUT_RANGE) !== 0n) {
    view.setBigUint64(CONFIG_INPUT_START, options.inputRange.start, true);
    view.setBigUint64(CONFIG_INPUT_END, options.inputRange.end, true);
  }
  if ((options.features & VIRTIO_IOMMU_F_DOMAIN_RANGE) !== 0n) {
    view.setUint32(CONFIG_DOMAIN_START, options.domainRange.start, true);
    view.setUint32(CONFIG_DOMAIN_END, options.domainRange.end, true);
  }
  if ((options.features & VIRTIO_IOMMU_F_PROBE) !== 0n) {
    view.setUint32(CONFIG_PROBE_SIZE, options.probeSize, true);
  }
  return bytes;
}
