// virtio-mmio transport, version 2 (virtio 1.2, 4.2), in front of any device model.
// `BusError` and `RingError` of a device end in its `DeviceRunner` and become DEVICE_NEEDS_RESET (virtio 1.2, 2.1.2).

import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { ConfigWindow, type ConfigWindowState } from './config-window.ts';
import { DeviceRunner } from './device-runner.ts';
import {
  VIRTIO_CONFIG_S_DRIVER_OK,
  VIRTIO_CONFIG_S_FEATURES_OK,
  VIRTIO_CONFIG_S_NEEDS_RESET,
  nextStatus,
} from './device-status.ts';
import {
  FeatureNegotiation,
  type FeatureOptions,
  type FeatureState,
} from './feature-negotiation.ts';
import { VIRTIO_F_NOTIFICATION_DATA, VIRTIO_F_RING_RESET } from './features.ts';
import {
  VIRTIO_MMIO_CONFIG,
  VIRTIO_MMIO_CONFIG_GENERATION,
  VIRTIO_MMIO_DEVICE_FEATURES,
  VIRTIO_MMIO_DEVICE_FEATURES_SEL,
  VIRTIO_MMIO_DEVICE_ID,
  VIRTIO_MMIO_DRIVER_FEATURES,
  VIRTIO_MMIO_DRIVER_FEATURES_SEL,
  VIRTIO_MMIO_INTERRUPT_ACK,
  VIRTIO_MMIO_INTERRUPT_STATUS,
  VIRTIO_MMIO_INT_CONFIG,
  VIRTIO_MMIO_INT_VRING,
  VIRTIO_MMIO_MAGIC,
  VIRTIO_MMIO_MAGIC_VALUE,
  VIRTIO_MMIO_QUEUE_NOTIFY,
  VIRTIO_MMIO_QUEUE_NUM_MAX,
  VIRTIO_MMIO_QUEUE_READY,
  VIRTIO_MMIO_QUEUE_RESET,
  VIRTIO_MMIO_QUEUE_SEL,
  VIRTIO_MMIO_SHM_BASE_HIGH,
  VIRTIO_MMIO_SHM_BASE_LOW,
  VIRTIO_MMIO_SHM_LEN_HIGH,
  VIRTIO_MMIO_SHM_LEN_LOW,
  VIRTIO_MMIO_STATUS,
  VIRTIO_MMIO_VENDOR_ID,
  VIRTIO_MMIO_VERSION,
  VIRTIO_MMIO_VERSION_2,
} from './mmio-registers.ts';
import { QueueRegisters, type QueueHost, type QueueState } from './queue-registers.ts';
import type { DeviceContext, InterruptLine, VirtioDevice } from './virtio-device.ts';

/** Width of a register access in bytes. */
export type AccessWidth = 1 | 2 | 4;

export interface MmioTransportOptions<A extends Address> extends FeatureOptions {
  readonly device: VirtioDevice;
  /** Where the device's rings and buffers live: guest RAM, or an endpoint's view through the IOMMU. */
  readonly memory: AddressSpace<A>;
  readonly interruptLine: InterruptLine;
}

/** Registers and queue positions as plain data that survives JSON; the device model's own state is not part of it. */
export interface MmioTransportState extends FeatureState, ConfigWindowState {
  readonly status: number;
  readonly queueSelect: number;
  readonly interruptStatus: number;
  readonly failure: string | null;
  readonly queues: readonly QueueState[];
}

/** "viom", little-endian. */
const VENDOR_ID = 0x6d6f_6976;
const ALL_ONES = 0xffff_ffff;
const REGISTER_SIZE = 4;
/** With VIRTIO_F_NOTIFICATION_DATA, QueueNotify is {vq_index:16, next_off:15, next_wrap:1}. */
const NOTIFICATION_INDEX_MASK = 0xffff;

/** Register window of one device. `read` and `write` never throw for what a driver does. */
export class MmioTransport<A extends Address> {
  readonly #device: VirtioDevice;
  readonly #memory: AddressSpace<A>;
  readonly #interruptLine: InterruptLine;
  readonly #features: FeatureNegotiation;
  readonly #config: ConfigWindow;
  readonly #queues: readonly QueueRegisters<A>[];
  readonly #runner = new DeviceRunner({
    beginRound: () => {
      for (const { queue } of this.#queues) queue?.beginRound();
    },
    onFailure: (reason) => this.#fail(reason),
  });

  /** What a notification of each queue comes to; made once, as there are many. */
  readonly #answers: readonly (() => void)[];

  #status = 0;
  #queueSelect = 0;
  #interruptStatus = 0;
  #failure: string | undefined;
  #endContext: () => void = () => undefined;

  constructor(options: MmioTransportOptions<A>) {
    this.#device = options.device;
    this.#memory = options.memory;
    this.#interruptLine = options.interruptLine;
    this.#features = new FeatureNegotiation(options.device, options);
    this.#config = new ConfigWindow(options.device);
    this.#queues = options.device.queueSizes.map((size) => new QueueRegisters<A>(size));
    this.#answers = this.#queues.map((_queue, index) => () => {
      if (this.#isLive(index)) this.#device.notify(index);
    });
  }

  /** Why the device set DEVICE_NEEDS_RESET; undefined while it has not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** A driver's read of `width` bytes at `offset` of the window, as an unsigned number. Unknown registers read 0. */
  read(offset: number, width: AccessWidth): number {
    if (offset >= VIRTIO_MMIO_CONFIG) return this.#config.read(offset - VIRTIO_MMIO_CONFIG, width);
    // virtio 1.2, 4.2.2.2: registers are accessed as aligned words; a narrower read sees its part of the word.
    const shift = (offset % REGISTER_SIZE) * 8;
    const word = this.#readRegister(offset - (offset % REGISTER_SIZE));
    return width === REGISTER_SIZE ? word : (word >>> shift) & (width === 1 ? 0xff : 0xffff);
  }

  /** A driver's write of the low `width` bytes of `value`. Unknown and read-only registers ignore it. */
  write(offset: number, width: AccessWidth, value: number): void {
    if (offset >= VIRTIO_MMIO_CONFIG) {
      this.#writeConfig(offset - VIRTIO_MMIO_CONFIG, width, value);
    } else if (width === REGISTER_SIZE) {
      this.#writeRegister(offset, value >>> 0);
    }
  }

  /** Device reset from the host's side (machine reset); what a driver does by writing 0 to Status. */
  reset(): void {
    this.#status = 0;
    this.#failure = undefined;
    this.#features.reset();
    this.#queueSelect = 0;
    this.#endContext();
    this.#runner.forget();
    for (const queue of this.#queues) queue.reset();
    this.#setInterruptStatus(0);
    this.#runner.protect(() => this.#device.reset());
  }

  save(): MmioTransportState {
    return {
      status: this.#status,
      ...this.#features.save(),
      queueSelect: this.#queueSelect,
      interruptStatus: this.#interruptStatus,
      ...this.#config.save(),
      failure: this.#failure ?? null,
      queues: this.#queues.map((queue) => queue.save()),
    };
  }

  /**
   * Takes over a saved state. Resets the device model and, if its driver was running, starts it again: restore the
   * model's own state *after* this call. The memory must already hold what it held then.
   */
  restore(state: MmioTransportState): void {
    this.reset();
    this.#features.restore(state);
    this.#queueSelect = state.queueSelect;
    this.#config.restore(state);
    this.#failure = state.failure ?? undefined;
    this.#queues.forEach((queue, index) => {
      const saved = state.queues[index];
      if (saved !== undefined) queue.restore(saved, this.#queueHost());
    });
    this.#setInterruptStatus(state.interruptStatus);
    this.#status = state.status;
    // A broken device was started, too, and has features that still count
    if ((state.status & VIRTIO_CONFIG_S_DRIVER_OK) !== 0) {
      this.#runner.protect(() => this.#device.start(this.#newContext()));
    }
    if (this.#isBroken) this.#stopQueues();
  }

  get #isBroken(): boolean {
    return (this.#status & VIRTIO_CONFIG_S_NEEDS_RESET) !== 0;
  }

  get #isRunning(): boolean {
    return (this.#status & VIRTIO_CONFIG_S_DRIVER_OK) !== 0 && !this.#isBroken;
  }

  get #negotiatedFeatures(): bigint {
    return this.#areFeaturesSettled ? this.#features.driverFeatures : 0n;
  }

  get #areFeaturesSettled(): boolean {
    return (this.#status & VIRTIO_CONFIG_S_FEATURES_OK) !== 0;
  }

  #readRegister(offset: number): number {
    switch (offset) {
      case VIRTIO_MMIO_MAGIC_VALUE:
        return VIRTIO_MMIO_MAGIC;
      case VIRTIO_MMIO_VERSION:
        return VIRTIO_MMIO_VERSION_2;
      case VIRTIO_MMIO_DEVICE_ID:
        return this.#device.deviceId;
      case VIRTIO_MMIO_VENDOR_ID:
        return VENDOR_ID;
      case VIRTIO_MMIO_DEVICE_FEATURES:
        return this.#features.readWord();
      case VIRTIO_MMIO_QUEUE_NUM_MAX:
        return this.#queues[this.#queueSelect]?.maximumSize ?? 0;
      case VIRTIO_MMIO_QUEUE_READY:
        return this.#queues[this.#queueSelect]?.queue === undefined ? 0 : 1;
      case VIRTIO_MMIO_INTERRUPT_STATUS:
        return this.#interruptStatus;
      case VIRTIO_MMIO_STATUS:
        return this.#status;
      case VIRTIO_MMIO_SHM_LEN_LOW:
      case VIRTIO_MMIO_SHM_LEN_HIGH:
      case VIRTIO_MMIO_SHM_BASE_LOW:
      case VIRTIO_MMIO_SHM_BASE_HIGH:
        // virtio 1.2, 4.2.2: all ones for a shared memory region that does not exist.
        return ALL_ONES;
      case VIRTIO_MMIO_CONFIG_GENERATION:
        return this.#config.readGeneration();
      default:
        return 0;
    }
  }

  #writeRegister(offset: number, value: number): void {
    switch (offset) {
      case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
        this.#features.deviceSelect = value;
        break;
      case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        this.#features.driverSelect = value;
        break;
      case VIRTIO_MMIO_DRIVER_FEATURES:
        // virtio 1.2, 3.1.1: features are settled once FEATURES_OK is set.
        if (!this.#areFeaturesSettled) this.#features.writeWord(value);
        break;
      case VIRTIO_MMIO_QUEUE_SEL:
        this.#queueSelect = value;
        break;
      case VIRTIO_MMIO_QUEUE_READY:
        this.#writeQueueReady(value);
        break;
      case VIRTIO_MMIO_QUEUE_RESET:
        this.#writeQueueReset(value);
        break;
      case VIRTIO_MMIO_QUEUE_NOTIFY:
        this.#notifyDevice(value);
        break;
      case VIRTIO_MMIO_INTERRUPT_ACK:
        this.#setInterruptStatus(this.#interruptStatus & ~value);
        break;
      case VIRTIO_MMIO_STATUS:
        this.#writeStatus(value);
        break;
      default:
        this.#queues[this.#queueSelect]?.write(offset, value);
    }
  }

  #writeQueueReady(value: number): void {
    const queue = this.#queues[this.#queueSelect];
    if ((value & 1) === 0) {
      queue?.disable();
    } else if (this.#areFeaturesSettled && !this.#isBroken) {
      // virtio 1.2, 3.1.1: queues are set up after the features, which say how they work.
      queue?.enable(this.#queueHost());
    }
  }

  // virtio 1.2, 4.2.2.1: the reset is over before the driver can look, so the register itself always reads 0.
  #writeQueueReset(value: number): void {
    const isNegotiated = (this.#negotiatedFeatures & VIRTIO_F_RING_RESET) !== 0n;
    if (isNegotiated && (value & 1) !== 0) this.#queues[this.#queueSelect]?.reset();
  }

  #queueHost(): QueueHost<A> {
    return {
      memory: this.#memory,
      features: this.#features.driverFeatures,
      notifyUsed: () => this.#setInterruptStatus(this.#interruptStatus | VIRTIO_MMIO_INT_VRING),
    };
  }

  #writeStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    const old = this.#status;
    const next = nextStatus(old, value, this.#features.isAccepted());
    this.#status = next;
    if ((next & ~old & VIRTIO_CONFIG_S_DRIVER_OK) !== 0) {
      this.#runner.protect(() => this.#device.start(this.#newContext()));
    }
  }

  // virtio 1.2, 2.1.2: no buffer is consumed before DRIVER_OK. 4.2.2.1: nor from a queue that is not ready.
  // Of notification data only the index is heard: how far the driver has come, its ring says.
  #notifyDevice(value: number): void {
    const hasData = (this.#negotiatedFeatures & VIRTIO_F_NOTIFICATION_DATA) !== 0n;
    const index = hasData ? value & NOTIFICATION_INDEX_MASK : value;
    const answer = this.#answers[index];
    if (answer !== undefined && this.#isLive(index)) this.#runner.schedule(answer);
  }

  #isLive(index: number): boolean {
    return this.#isRunning && this.#queues[index]?.queue !== undefined;
  }

  #fail(reason: string): void {
    const wasRunning = this.#isRunning;
    this.#failure ??= reason;
    this.#status |= VIRTIO_CONFIG_S_NEEDS_RESET;
    this.#stopQueues();
    // virtio 1.2, 2.1.2: with DRIVER_OK set, the driver MUST be told by a configuration change notification.
    if (wasRunning) this.#setInterruptStatus(this.#interruptStatus | VIRTIO_MMIO_INT_CONFIG);
  }

  #stopQueues(): void {
    for (const { queue } of this.#queues) queue?.stop();
  }

  // One context per start: a device model that kept an old one can not reach the queues of a later driver.
  #newContext(): DeviceContext {
    const features = this.#features.driverFeatures;
    let isCurrent = true;
    this.#endContext = () => {
      isCurrent = false;
    };
    return {
      features,
      queue: (index) => (isCurrent ? this.#queues[index]?.queue : undefined),
      notifyConfigChange: () => {
        if (isCurrent) this.#notifyConfigChange();
      },
      guard: (work) => {
        if (isCurrent && this.#isRunning) this.#runner.run(work);
      },
    };
  }

  #notifyConfigChange(): void {
    this.#config.noteChange();
    if (this.#isRunning) {
      this.#setInterruptStatus(this.#interruptStatus | VIRTIO_MMIO_INT_CONFIG);
    }
  }

  // virtio 1.2, 4.2.2: the line is asserted exactly while a bit is set.
  #setInterruptStatus(value: number): void {
    this.#interruptStatus = value;
    this.#interruptLine.setLevel(value !== 0);
  }

  #writeConfig(offset: number, width: AccessWidth, value: number): void {
    const features = this.#negotiatedFeatures;
    this.#runner.protect(() => this.#config.write(offset, width, value, features));
  }
}
