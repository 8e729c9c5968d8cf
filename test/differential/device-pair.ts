// Both devices as one: brought to the same state, given the same operation.

import type { MappingStore } from '../../src/iommu/store/mapping-store.ts';
import { CONFIG_BYPASS, TAIL_SIZE, VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import { probeRequest } from '../rigs/iommu-requests.ts';
import { OurDevice } from './our-device.ts';
import type { Answer, Operation, RequestOperation } from './operation.ts';
import { replyOf } from './observation.ts';
import { QemuDevice } from './qemu-device.ts';
import { startQemu, type QemuProcess } from './qemu-process.ts';
import { QtestClosed } from './qtest-client.ts';
import { COMMON_FEATURES, ENDPOINTS, PROBE_BYTES, QEMU_DEVICES } from './setup.ts';
import { rebuildingRequests, type StateBefore } from './state-before.ts';

/** Endpoint IDs that are looked for in QEMU: all of bus 0. */
const BUS_FUNCTIONS = 256;
/** Requests of one batch that rebuilds a state. */
const REBUILD_BATCH = 64;

/** QEMU's device and ours. QEMU is started anew whenever it dies. */
export class DevicePair {
  readonly #ours: OurDevice;
  #process: QemuProcess;
  #theirs: QemuDevice;
  /** How often QEMU had to be started again. */
  restarts = 0;

  private constructor(store: MappingStore, process: QemuProcess, theirs: QemuDevice) {
    this.#ours = new OurDevice(store);
    this.#process = process;
    this.#theirs = theirs;
  }

  /** Starts QEMU and both devices, and makes sure that they offer the same. Throws `Error` when they do not. */
  static async create(store: MappingStore): Promise<DevicePair> {
    const process = await startQemu(QEMU_DEVICES);
    const pair = new DevicePair(store, process, await QemuDevice.create(process));
    const missing = COMMON_FEATURES & ~(await pair.#theirs.features());
    if (missing !== 0n) throw new Error(`QEMU's device lacks features 0x${missing.toString(16)}`);
    await pair.reset(COMMON_FEATURES);
    await pair.#checkEndpoints();
    return pair;
  }

  /** What the next operation meets. */
  state(): StateBefore {
    return this.#ours.state();
  }

  /** Resets both and starts a driver with these features. Answers with the last configuration word. */
  async reset(features: bigint): Promise<{ ours: Answer; theirs: Answer }> {
    const theirs = await this.#theirs.start(features);
    return { ours: this.#ours.start(features), theirs };
  }

  /** Resets both, and takes both to a state that ours was in. Gives the requests that did it. */
  async rebuild(state: StateBefore): Promise<readonly RequestOperation[]> {
    await this.#resetTo(state);
    const requests = rebuildingRequests(state);
    for (let start = 0; start < requests.length; start += REBUILD_BATCH) {
      const chains = requests.slice(start, start + REBUILD_BATCH).map(({ chain }) => chain);
      const theirs = await this.#theirs.submit(chains);
      const answers = [...theirs, ...chains.map((chain) => this.#ours.submit(chain))];
      const isDone = answers.every((answer) => replyOf(answer, false) === VIRTIO_IOMMU_S_OK);
      if (!isDone || answers.length !== 2 * chains.length) {
        throw new Error('a state of ours cannot be built again by valid requests');
      }
    }
    return requests;
  }

  /** Starts QEMU anew; `rebuild` comes next. */
  async restart(): Promise<void> {
    this.restarts++;
    await this.#process.stop();
    this.#process = await startQemu(QEMU_DEVICES);
    this.#theirs = await QemuDevice.create(this.#process);
  }

  /** Ours; synchronous. A reset of one device alone is `reset`'s business. */
  ask(operation: Exclude<Operation, { kind: 'reset' }>): Answer {
    switch (operation.kind) {
      case 'request':
        return this.#ours.submit(operation.chain);
      case 'config-read':
        return this.#ours.readConfig(operation.offset, operation.width);
      case 'config-write':
        return this.#ours.writeConfig(operation.offset, operation.width, operation.value);
    }
  }

  /**
   * QEMU's, to a batch of requests under one notification: fewer answers than requests when one of them broke the
   * device; undefined when one of them killed QEMU, which is then still to be restarted.
   */
  async askQemu(requests: readonly RequestOperation[]): Promise<readonly Answer[] | undefined> {
    try {
      return await this.#theirs.submit(requests.map(({ chain }) => chain));
    } catch (error) {
      if (error instanceof QtestClosed) return undefined;
      throw error;
    }
  }

  readQemuConfig(operation: Extract<Operation, { kind: 'config-read' }>): Promise<Answer> {
    return this.#theirs.readConfig(operation.offset, operation.width);
  }

  writeQemuConfig(operation: Extract<Operation, { kind: 'config-write' }>): Promise<Answer> {
    return this.#theirs.writeConfig(operation.offset, operation.width, operation.value);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  // `bypass` survives a device reset, so it has to be written where it differs, by a driver that may. In QEMU so do
  // the reserved bytes behind it, once written.
  async #resetTo({ isBypass, features }: StateBefore): Promise<void> {
    const value = isBypass ? 1 : 0;
    const isRight = (answer: Answer): boolean => answer.kind === 'value' && answer.value === value;
    const { ours, theirs } = await this.reset(features);
    if (isRight(ours) && isRight(theirs)) return;
    await this.reset(COMMON_FEATURES);
    this.#ours.writeConfig(CONFIG_BYPASS, 1, value);
    await this.#theirs.writeConfig(CONFIG_BYPASS, 4, value);
    await this.reset(features);
  }

  async #checkEndpoints(): Promise<void> {
    const known: number[] = [];
    for (let id = 0; id < BUS_FUNCTIONS; id++) {
      const writable = [PROBE_BYTES + TAIL_SIZE];
      const [answer] = await this.#theirs.submit([{ readable: [probeRequest(id)], writable }]);
      if (answer !== undefined && replyOf(answer, true) === VIRTIO_IOMMU_S_OK) known.push(id);
    }
    if (known.join() !== ENDPOINTS.join()) {
      throw new Error(`this QEMU has endpoints ${known.join()} instead of ${ENDPOINTS.join()}`);
    }
  }
}
