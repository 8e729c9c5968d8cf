// The machine: a Linux PC whose IOMMU can be looked into. Power, time, what it says, and its snapshot.

import { assert } from '../base/assert.ts';
import { Emitter, type Dispose } from '../base/emitter.ts';
import { CopyOnWriteDisk } from '../endpoints/block-backend.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { GuestMemory } from './v86/guest-memory.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import { createBoard, type Board, type Disks } from './board.ts';
import { endEmulator } from './v86/emulator.ts';
import { guardMainLoop } from './v86/exception-guard.ts';
import { checkInitrd, checkKernel, checkMemory, InputError } from './images/guest-images.ts';
import { checkIommuChoices } from './plan/iommu-choices.ts';
import { commandLine, type MachineOptions } from './plan/machine-options.ts';
import { onPowerOff } from './v86/firmware.ts';
import { rogueDma, type RogueRequest, type RogueResult } from './rogue-dma.ts';
import { SerialPort } from './v86/serial-port.ts';
import {
  checkSnapshot,
  restoreBoard,
  saveBoard,
  type MachineSnapshot,
} from './snapshot/snapshot.ts';

/**
 * `power-cycled`: everything but the disks starts afresh. `powered-off`: the guest switched itself off. `crashed`: the
 * emulator failed on something the guest did; only a power cycle helps.
 */
export type PowerEvent = 'power-cycled' | 'powered-off' | 'crashed';

export class Machine {
  /** The guest's console, ttyS0. */
  readonly console = new SerialPort();
  /** ttyS1, where the project's guest image runs commands for programs. */
  readonly agent = new SerialPort();
  readonly options: MachineOptions;

  readonly #disks: Disks;
  readonly #events = new Emitter<RecordedEvent>();
  readonly #power = new Emitter<PowerEvent>();
  /** Ends listening to the board's IOMMU. */
  #deafen: Dispose | undefined;
  #board: Board;
  #isRunning = false;
  #ranMs = 0;
  #resumedAt = 0;
  #isRestoring = false;
  #lastChange: Promise<void> = Promise.resolve();
  #disposal: Promise<void> | undefined;

  private constructor(options: MachineOptions, disks: Disks, board: Board) {
    this.options = options;
    this.#disks = disks;
    this.#board = board;
    this.#wire();
  }

  /**
   * Builds a machine, stopped before its first instruction. Rejects with `InputError` when what it was given can
   * not work, and with another `Error` when the emulator can not be started; both messages are for the user.
   */
  static async create(options: MachineOptions): Promise<Machine> {
    checkMemory(options.memoryMiB);
    checkKernel(options.images.kernel, commandLine(options));
    checkInitrd(options.images.initrd, options.memoryMiB);
    if (options.iommu !== 'off') checkIommuChoices(options);
    const { disk } = options.images;
    const disks: Disks = {
      virtio: new CopyOnWriteDisk(disk),
      ide: new Uint8Array(disk),
    };
    return new Machine(options, disks, await createBoard(options, disks));
  }

  /** The IOMMU device; undefined on a machine without one. Another object after a power cycle. */
  get iommu(): VirtioIommu | undefined {
    return this.#board.iommu;
  }

  /** Guest RAM by guest-physical address. */
  get memory(): GuestMemory {
    return this.#board.memory;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Milliseconds the machine has run since it was built or last power cycled; pauses do not count. */
  get timeMs(): number {
    return this.#ranMs + (this.#isRunning ? performance.now() - this.#resumedAt : 0);
  }

  /** Instructions the guest has executed, modulo 2^32. */
  get instructions(): number {
    return (this.#board.emulator.cpu.instruction_counter[0] ?? 0) >>> 0;
  }

  /** Subscribes to what the IOMMU does. While nobody does, the IOMMU makes no events, which take a guest's time. */
  onEvent(listener: (event: RecordedEvent) => void): Dispose {
    const dispose = this.#events.on(listener);
    this.#hearIommu();
    return () => {
      dispose();
      this.#hearIommu();
    };
  }

  /** Subscribes to power cycles, the host's (`powerCycle`) and the guest's (`reboot`), and to the guest's `poweroff`. */
  onPower(listener: (event: PowerEvent) => void): Dispose {
    return this.#power.on(listener);
  }

  /** Starts or goes on; harmless when running. */
  run(): void {
    this.#checkUse();
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#resumedAt = performance.now();
    void this.#board.emulator.v86.run();
  }

  /** Stops between two instructions; harmless when paused. */
  pause(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  /** Switches off and on: everything but the disks starts afresh, and the machine runs. */
  powerCycle(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop();
      await endEmulator(this.#board.emulator);
      this.#board = await createBoard(this.options, this.#disks);
      this.#ranMs = 0;
      this.#wire();
      this.#power.emit('power-cycled');
      this.#goOn();
    });
  }

  /** Ends the machine, which refuses everything from then on but to be ended again. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#inTurn(async () => {
      await this.#stop();
      await endEmulator(this.#board.emulator);
    });
    return this.#disposal;
  }

  /** Lets an endpoint make an access that no driver asked for. Throws `InputError` for an impossible request. */
  rogueDma(request: RogueRequest): RogueResult {
    this.#checkUse();
    return rogueDma(this.#board, request);
  }

  /** The whole machine at this moment; it goes on running if it did. */
  save(): Promise<MachineSnapshot> {
    return this.#inTurn(async () => {
      const wasRunning = this.#isRunning;
      await this.#stop();
      const snapshot = await saveBoard(this.#board, this.options, this.#disks, this.timeMs);
      if (wasRunning) this.#goOn();
      return snapshot;
    });
  }

  /**
   * Puts the machine where the snapshot was taken, paused. Rejects with `InputError` and changes nothing when the
   * snapshot is not whole or of a machine with other equipment; when a device can not read its part, the machine is
   * left paused and needs a power cycle.
   */
  restore(snapshot: MachineSnapshot): Promise<void> {
    return this.#inTurn(async () => {
      checkSnapshot(snapshot, this.options);
      await this.#stop();
      // The devices are reset on the way, which is no event of the guest's.
      this.#isRestoring = true;
      try {
        await restoreBoard(this.#board, this.#disks, snapshot);
      } finally {
        this.#isRestoring = false;
      }
      this.#ranMs = snapshot.timeMs;
    });
  }

  /** Runs again after a change, unless the machine was disposed meanwhile. */
  #goOn(): void {
    if (this.#disposal === undefined) this.run();
  }

  async #stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#ranMs = this.timeMs;
    this.#isRunning = false;
    await this.#board.emulator.v86.stop();
  }

  /** Lets one change of the machine's state end before the next begins, whether it succeeds or not. */
  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    this.#checkUse();
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  #checkUse(): void {
    if (this.#disposal !== undefined) {
      throw new InputError('This machine was disposed. Make a new one.');
    }
  }

  #wire(): void {
    const board = this.#board;
    this.console.connect(board.emulator.v86, 0);
    this.agent.connect(board.emulator.v86, 1);
    this.#deafen = undefined;
    this.#hearIommu();
    this.#hearPower(board);
  }

  /** Listens to the board's IOMMU as long as somebody listens here. */
  #hearIommu(): void {
    if (this.#events.hasListeners) {
      this.#deafen ??= this.#board.iommu?.onEvent((event) => {
        if (!this.#isRestoring) this.#events.emit({ timeMs: this.timeMs, event });
      });
    } else {
      this.#deafen?.();
      this.#deafen = undefined;
    }
  }

  /** Hears what the guest does to its power; of what it does more than once in a time slice, the first time counts. */
  #hearPower(board: Board): void {
    const { cpu, v86 } = board.emulator;
    let isHeard = false;
    const hear = (answer: () => Promise<void>): void => {
      if (isHeard || this.#disposal !== undefined) return;
      isHeard = true;
      void answer()
        .catch(() => this.#power.emit('crashed'))
        .finally(() => {
          isHeard = false;
        });
    };
    const stopAndTell = (event: PowerEvent) => async (): Promise<void> => {
      await this.pause();
      this.#power.emit(event);
    };
    // The guest's own reset must not run on what is left in RAM: v86 does not load the kernel again.
    cpu.reboot_internal = () => {
      assert(board === this.#board, 'only the machine in use runs');
      void v86.stop();
      hear(() => this.powerCycle());
    };
    onPowerOff(cpu, () => hear(stopAndTell('powered-off')));
    guardMainLoop(cpu, () => hear(stopAndTell('crashed')));
  }
}
