// QEMU's virtio-iommu as a driver sees it through virtio-pci (virtio 1.2, 4.1), over qtest.

import { highWord, joinWords, lowWord } from '../../src/base/words.ts';
import type { ChainRequest } from '../../src/driver/driver-queue.ts';
import { CONFIG_BYPASS } from '../../src/iommu/protocol/protocol.ts';
import {
  VIRTIO_CONFIG_S_ACKNOWLEDGE,
  VIRTIO_CONFIG_S_DRIVER,
  VIRTIO_CONFIG_S_DRIVER_OK,
  VIRTIO_CONFIG_S_FEATURES_OK,
  VIRTIO_CONFIG_S_NEEDS_RESET,
} from '../../src/virtio/device-status.ts';
import {
  availRingLength,
  descriptorTableLength,
  usedRingLength,
} from '../../src/virtio/ring-layout.ts';
import type { Answer } from './operation.ts';
import { setUpVirtioIommu, type VirtioPciRegisters } from './pci-function.ts';
import type { QemuProcess } from './qemu-process.ts';
import { qtest, replyBytes, replyNumber, type Width } from './qtest-client.ts';
import {
  AVAILABLE_OFFSET,
  IMAGE_ROOM,
  QUEUE_SIZE,
  RingImage,
  TABLE_OFFSET,
  usedEntries,
} from './ring-image.ts';

// struct virtio_pci_common_cfg (virtio 1.2, 4.1.4.3)
const DEVICE_FEATURE_SELECT = 0;
const DEVICE_FEATURE = 4;
const DRIVER_FEATURE_SELECT = 8;
const DRIVER_FEATURE = 12;
const DEVICE_STATUS = 20;
const QUEUE_SELECT = 22;
const QUEUE_SIZE_FIELD = 24;
const QUEUE_ENABLE = 28;
const QUEUE_NOTIFY_OFF = 30;
const QUEUE_DESC = 32;
const QUEUE_DRIVER = 40;
const QUEUE_DEVICE = 48;

/** Where each queue lives in guest RAM: its used ring, and from USED_ROOM on its image. */
const QUEUES = [0x10_0000, 0x18_0000] as const;
const REQUEST_QUEUE = QUEUES[0];
const USED_ROOM = 0x1000;

/** One started device. `start` comes first; every method rejects with `QtestClosed` when QEMU dies over it. */
export class QemuDevice {
  readonly #process: QemuProcess;
  readonly #registers: VirtioPciRegisters;
  readonly #notifyAddress: number;
  readonly #room = new Uint8Array(IMAGE_ROOM);
  #index = 0;

  private constructor(process: QemuProcess, registers: VirtioPciRegisters, notifyOff: number) {
    this.#process = process;
    this.#registers = registers;
    this.#notifyAddress = registers.notify + notifyOff * registers.notifyMultiplier;
  }

  static async create(process: QemuProcess): Promise<QemuDevice> {
    const registers = await setUpVirtioIommu(process.qtest);
    const [, reply = ''] = await process.qtest.send([
      qtest.write(registers.common + QUEUE_SELECT, 2, 0),
      qtest.read(registers.common + QUEUE_NOTIFY_OFF, 2),
    ]);
    return new QemuDevice(process, registers, replyNumber(reply));
  }

  async features(): Promise<bigint> {
    const replies = await this.#process.qtest.send([
      this.#write(DEVICE_FEATURE_SELECT, 4, 0),
      this.#read(DEVICE_FEATURE, 4),
      this.#write(DEVICE_FEATURE_SELECT, 4, 1),
      this.#read(DEVICE_FEATURE, 4),
    ]);
    return joinWords(replyNumber(replies[3] ?? ''), replyNumber(replies[1] ?? ''));
  }

  /**
   * Reset to DRIVER_OK (virtio 1.2, 3.1.1). Answers with the last configuration word. Throws `Error` when the device
   * refuses the features.
   */
  async start(features: bigint): Promise<Answer> {
    this.#index = 0;
    const status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
    const accepted = status | VIRTIO_CONFIG_S_FEATURES_OK;
    const replies = await this.#process.qtest.send([
      this.#write(DEVICE_STATUS, 1, 0),
      this.#write(DEVICE_STATUS, 1, status),
      this.#write(DRIVER_FEATURE_SELECT, 4, 0),
      this.#write(DRIVER_FEATURE, 4, lowWord(features)),
      this.#write(DRIVER_FEATURE_SELECT, 4, 1),
      this.#write(DRIVER_FEATURE, 4, highWord(features)),
      this.#write(DEVICE_STATUS, 1, accepted),
      ...QUEUES.flatMap((base, index) => this.#queueCommands(base, index)),
      this.#write(DEVICE_STATUS, 1, accepted | VIRTIO_CONFIG_S_DRIVER_OK),
      this.#read(DEVICE_STATUS, 1),
      qtest.read(this.#registers.device + CONFIG_BYPASS, 4),
    ]);
    const reached = replyNumber(replies.at(-2) ?? '');
    if (reached !== (accepted | VIRTIO_CONFIG_S_DRIVER_OK)) {
      throw new Error(`QEMU's device does not start: status ${reached}`);
    }
    return { kind: 'value', value: replyNumber(replies.at(-1) ?? '') };
  }

  /**
   * Makes all chains available, notifies once, and gives the answers: fewer than chains when one broke the device,
   * whose answer is then the last.
   */
  async submit(chains: readonly ChainRequest[]): Promise<readonly Answer[]> {
    const imageAt = REQUEST_QUEUE + USED_ROOM;
    const image = new RingImage(imageAt, this.#index, this.#room);
    for (const chain of chains) image.add(chain);
    const { bytes } = image;
    const ringLength = usedRingLength(QUEUE_SIZE);
    const [, , status = '', ring = '', after = ''] = await this.#process.qtest.send([
      qtest.writeBytes(imageAt, bytes),
      qtest.write(this.#notifyAddress, 2, 0),
      this.#read(DEVICE_STATUS, 1),
      qtest.readBytes(REQUEST_QUEUE, ringLength),
      qtest.readBytes(imageAt, bytes.length),
    ]);
    const used = usedEntries(replyBytes(ring, ringLength), this.#index);
    const written = replyBytes(after, bytes.length);
    image.checkIntact(written);
    const answers = used.map(({ head, length }, index): Answer => {
      if (head !== image.headOf(index)) throw new Error(`QEMU returned chain ${head} out of order`);
      return { kind: 'used', length, bytes: image.writtenBytes(index, written) };
    });
    this.#index = image.availableIndex;
    const isBroken = (replyNumber(status) & VIRTIO_CONFIG_S_NEEDS_RESET) !== 0;
    if (isBroken) return [...answers, { kind: 'broken' }];
    // The device runs inside the notification, as QEMU has no I/O thread for it.
    if (answers.length < chains.length) throw new Error('QEMU left requests unanswered');
    return answers;
  }

  async readConfig(offset: number, width: Width): Promise<Answer> {
    const [reply = ''] = await this.#process.qtest.send([
      qtest.read(this.#registers.device + offset, width),
    ]);
    return { kind: 'value', value: replyNumber(reply) };
  }

  /** Writes, and gives `bypass` and the reserved bytes as they are afterwards. */
  async writeConfig(offset: number, width: Width, value: number): Promise<Answer> {
    const [, status = '', word = ''] = await this.#process.qtest.send([
      qtest.write(this.#registers.device + offset, width, value),
      this.#read(DEVICE_STATUS, 1),
      qtest.read(this.#registers.device + CONFIG_BYPASS, 4),
    ]);
    const isBroken = (replyNumber(status) & VIRTIO_CONFIG_S_NEEDS_RESET) !== 0;
    return isBroken ? { kind: 'broken' } : { kind: 'value', value: replyNumber(word) };
  }

  #queueCommands(base: number, index: number): readonly string[] {
    const imageAt = base + USED_ROOM;
    const address = (field: number, value: number): readonly string[] => [
      this.#write(field, 4, value),
      this.#write(field + 4, 4, 0),
    ];
    return [
      qtest.fill(base, usedRingLength(QUEUE_SIZE), 0),
      qtest.fill(imageAt + AVAILABLE_OFFSET, availRingLength(QUEUE_SIZE), 0),
      qtest.fill(imageAt + TABLE_OFFSET, descriptorTableLength(QUEUE_SIZE), 0),
      this.#write(QUEUE_SELECT, 2, index),
      this.#write(QUEUE_SIZE_FIELD, 2, QUEUE_SIZE),
      ...address(QUEUE_DESC, imageAt + TABLE_OFFSET),
      ...address(QUEUE_DRIVER, imageAt + AVAILABLE_OFFSET),
      ...address(QUEUE_DEVICE, base),
      this.#write(QUEUE_ENABLE, 2, 1),
    ];
  }

  #read(field: number, width: Width): string {
    return qtest.read(this.#registers.common + field, width);
  }

  #write(field: number, width: Width, value: number): string {
    return qtest.write(this.#registers.common + field, width, value);
  }
}
