// Feature bits between device, transport and driver, with the registers that carry them (virtio 1.2, 2.2 and 4.2.2).

import { assert } from '../base/assert.ts';
import { highWord, joinWords, lowWord } from '../base/words.ts';
import {
  RESERVED_FEATURES,
  RING_FEATURES,
  VIRTIO_F_ACCESS_PLATFORM,
  VIRTIO_F_IN_ORDER,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import type { VirtioDevice } from './virtio-device.ts';

/** What a transport adds to the device's own features. */
export interface FeatureOptions {
  /**
   * Offer VIRTIO_F_ACCESS_PLATFORM and refuse a driver without it: for endpoints behind the IOMMU, whose driver would
   * else hand out guest-physical addresses (virtio 1.2, 6.2). Default false.
   */
  readonly offersAccessPlatform?: boolean;
  /** Ring formats the driver may choose from; with both, Linux takes the packed one. Default 'split'. */
  readonly rings?: 'split' | 'split-and-packed';
  /** Which of RING_FEATURES are offered. Default: all. */
  readonly ringFeatures?: bigint;
}

/** The registers as plain data. */
export interface FeatureState {
  readonly deviceFeaturesSelect: number;
  readonly driverFeaturesSelect: number;
  readonly driverFeatures: { readonly high: number; readonly low: number };
  /** Whether the driver chose a bit beyond the 64th, none of which is ever offered. */
  readonly hasChosenBeyond: boolean;
}

/** DeviceFeatures, DriverFeatures and their selectors. The transport says when the driver may still choose. */
export class FeatureNegotiation {
  readonly #device: VirtioDevice;
  readonly #required: bigint;
  readonly #optional: bigint;
  #driverFeatures = 0n;
  #hasChosenBeyond = false;
  /** DeviceFeaturesSel and DriverFeaturesSel. */
  deviceSelect = 0;
  driverSelect = 0;

  constructor(device: VirtioDevice, options: FeatureOptions) {
    const { offersAccessPlatform = false, rings, ringFeatures = RING_FEATURES } = options;
    assert((ringFeatures & ~RING_FEATURES) === 0n, 'only what rings are able to do is offered');
    const isItsOwn = (device.deviceFeatures & RESERVED_FEATURES) === 0n;
    assert(isItsOwn, 'a device offers feature bits of its type only');
    this.#device = device;
    this.#required = VIRTIO_F_VERSION_1 | (offersAccessPlatform ? VIRTIO_F_ACCESS_PLATFORM : 0n);
    this.#optional =
      ringFeatures |
      (device.usesBuffersInOrder ? VIRTIO_F_IN_ORDER : 0n) |
      (rings === 'split-and-packed' ? VIRTIO_F_RING_PACKED : 0n);
  }

  /** What the driver chose; settled by FEATURES_OK. */
  get driverFeatures(): bigint {
    return this.#driverFeatures;
  }

  /** DeviceFeatures: the selected word of what is offered. Words beyond 64 bits are 0. */
  readWord(): number {
    if (this.deviceSelect === 0) return lowWord(this.#offered);
    return this.deviceSelect === 1 ? highWord(this.#offered) : 0;
  }

  /** DriverFeatures: the selected word of what the driver accepts. Bits beyond 64 are never offered. */
  writeWord(value: number): void {
    if (this.driverSelect > 1 && value !== 0) this.#hasChosenBeyond = true;
    const high = this.driverSelect === 1 ? value : highWord(this.#driverFeatures);
    const low = this.driverSelect === 0 ? value : lowWord(this.#driverFeatures);
    this.#driverFeatures = joinWords(high, low);
  }

  /** Whether the device can work with what the driver chose. */
  isAccepted(): boolean {
    const features = this.#driverFeatures;
    return (
      // virtio 1.2, 2.2.2: a bit that was not offered makes a subset the device does not support.
      (features & ~this.#offered) === 0n &&
      !this.#hasChosenBeyond &&
      // virtio 1.2, 6.2: VERSION_1, and ACCESS_PLATFORM where it is offered, MAY be required.
      (features & this.#required) === this.#required &&
      this.#device.acceptsFeatures(features)
    );
  }

  reset(): void {
    this.deviceSelect = 0;
    this.driverSelect = 0;
    this.#driverFeatures = 0n;
    this.#hasChosenBeyond = false;
  }

  save(): FeatureState {
    return {
      deviceFeaturesSelect: this.deviceSelect,
      driverFeaturesSelect: this.driverSelect,
      driverFeatures: {
        high: highWord(this.#driverFeatures),
        low: lowWord(this.#driverFeatures),
      },
      hasChosenBeyond: this.#hasChosenBeyond,
    };
  }

  restore(state: FeatureState): void {
    this.deviceSelect = state.deviceFeaturesSelect;
    this.driverSelect = state.driverFeaturesSelect;
    this.#driverFeatures = joinWords(state.driverFeatures.high, state.driverFeatures.low);
    this.#hasChosenBeyond = state.hasChosenBeyond;
  }

  get #offered(): bigint {
    return this.#device.deviceFeatures | this.#required | this.#optional;
  }
}
