// Device configuration layout (virtio 1.2, 5.13.4): constants of the build, and the one field that changes, `bypass`.

import type { Dialect } from './dialect.ts';
import type { IommuOptions } from '../options.ts';
import { CONFIG_BYPASS, VIRTIO_IOMMU_F_BYPASS_CONFIG } from './protocol.ts';

/** The configuration bytes, and the only home of `bypass`. */
export class ConfigSpace {
  readonly #bytes: Uint8Array;
  readonly #bootBypass: boolean;

  constructor(options: IommuOptions, dialect: Dialect) {
    this.#bytes = dialect.encodeConfig(options);
    this.#bootBypass = options.bootBypass && hasBypassField(options.features);
    this.isBypass = this.#bootBypass;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** False where there is no such field: drafts end before it. */
  get isBypass(): boolean {
    return this.#bytes[CONFIG_BYPASS] === 1;
  }

  set isBypass(value: boolean) {
    if (CONFIG_BYPASS < this.length) this.#bytes[CONFIG_BYPASS] = value ? 1 : 0;
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
