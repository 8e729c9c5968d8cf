// The machine: a Linux PC whose IOMMU can be looked into. How it is built, what it says, what the host does to it, and its
// snapshot.

import type { Dispose } from '../base/emitter.ts';
import type { IommuWatcher } from '../iommu/events/event-recorder.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import { loadedImages } from './images/deferred-images.ts';
import { checkImages, InputError } from './images/guest-images.ts';
import type { MachineOptions, PlannedMachine } from './plan/machine-options.ts';
import type { Pace } from './plan/pace.ts';
import { commandLine, type MachinePlan } from './plan/machine-plan.ts';
import { pinPlan } from './plan/pinned-plan.ts';
import { readPlan } from './plan/plan-check.ts';
import { deviceRegisters } from './device-registers.ts';
import type { DeviceRegisters } from './register-view.ts';
import type { MachineAccess, RogueRequest, RogueResult } from './rogue-access.ts';
import { checkRogue, rogueDma } from './rogue-dma.ts';
import { MachineDrive } from './machine-drive.ts';
import { MachinePast } from './machine-past.ts';
import { listenerOf, Voices } from './machine-voices.ts';
import type { PowerEvent } from './power-event.ts';
import { MachineWho } from './machine-who.ts';
import { Run } from './run.ts';
import type { WaitingUnmap } from './waiting-unmap.ts';
import { waitingUnmaps } from './waiting-unmaps.ts';
import type { SnapshotHead } from './snapshot/snapshot-head.ts';
import { checkGiven, type GivenFile } from './share-room.ts';
import { checkSnapshot, SNAPSHOT_VERSION, type MachineSnapshot } from './snapshot/snapshot.ts';
import type { Place } from './timeline/place.ts';
import { forgetCode } from './v86/emulator-image.ts';
import { giveFile } from './v86/given-file.ts';
import type { GuestMemory } from './v86/guest-memory.ts';
import type { Registers } from './v86/register-values.ts';
import { readRegisters } from './v86/registers.ts';
import type { SerialPort } from './v86/serial-port.ts';

export type { PowerEvent } from './power-event.ts';

/** Checks the plan and fills it in. Throws `InputError`. */
function plannedMachine(options: MachineOptions): PlannedMachine {
  const { images, share } = options;
  const files = { images: images.checksums, share: share.checksums };
  return { ...options, plan: pinPlan(readPlan(options.plan), files) };
}

export class Machine {
  /** What it is, with every file by its checksum. */
  readonly plan: MachinePlan;
  /** The way that it has come, and going back there. */
  readonly past: MachinePast;
  /** Who in the guest asks its devices for what they do. */
  readonly who: MachineWho;
  readonly #run: Run;
  readonly #voices: Voices;
  readonly #drive: MachineDrive;

  private constructor(options: PlannedMachine, run: Run, voices: Voices) {
    this.plan = options.plan;
    this.#run = run;
    this.#voices = voices;
    this.#drive = new MachineDrive(run, voices, options.checkpointBytes ?? 0);
    this.past = new MachinePast(this.#drive, voices, options);
    this.who = new MachineWho(run, voices, options.plan);
  }

  /**
   * Builds a machine, stopped before its first instruction. Rejects with `InputError` when what it was given can
   * not work, and with another `Error` when the emulator can not be started; both messages are for the user.
   */
  static async create(options: MachineOptions): Promise<Machine> {
    const images = await loadedImages(options.images);
    const planned = plannedMachine(options);
    checkImages(images, planned.plan.memoryMiB, commandLine(planned.plan));
    const voices = new Voices();
    const run = await Run.begin(planned, images, listenerOf(voices));
    return new Machine(planned, run, voices);
  }

  /**
   * Builds a machine that stands where the snapshot was taken. It needs the disk only; deferred images are loaded at its
   * first power cycle. Rejects with `InputError` when the snapshot is not whole or of another machine.
   */
  static async resume(options: MachineOptions, snapshot: SnapshotHead): Promise<Machine> {
    const planned = plannedMachine(options);
    checkSnapshot(snapshot, planned.plan);
    const voices = new Voices();
    try {
      const run = await Run.resume(planned, snapshot, listenerOf(voices));
      const machine = new Machine(planned, run, voices);
      machine.#drive.timeline.beginAt(snapshot);
      return machine;
    } catch (cause) {
      throw new InputError('The snapshot is damaged: a device cannot read its part of it.', {
        cause,
      });
    }
  }

  /** The guest's console, ttyS0. */
  get console(): SerialPort {
    return this.#run.inputs.console;
  }

  /** ttyS1, where the project's guest image runs commands for programs. */
  get agent(): SerialPort {
    return this.#run.inputs.agent;
  }

  /** The IOMMU device; undefined on a machine without one. Another object after a power cycle. */
  get iommu(): VirtioIommu | undefined {
    return this.#run.board.iommu;
  }

  /** UNMAPs that the driver has written down and the device has not carried out, as it stands between two ticks. */
  get waitingUnmaps(): readonly WaitingUnmap[] {
    return waitingUnmaps(this.#run.board);
  }

  /** Guest RAM by guest-physical address. */
  get memory(): GuestMemory {
    return this.#run.board.memory;
  }

  /** Whether the guest is amid an instruction. */
  get isInTick(): boolean {
    return this.#run.loop.isInTick;
  }

  /** Whether the host can not touch it now: the guest is amid an instruction, or a power cycle or a replay is under way. */
  get isBusy(): boolean {
    return this.#run.isBusy;
  }

  get isRunning(): boolean {
    return this.#drive.isRunning;
  }

  /** Milliseconds of guest time since the machine was built or last power cycled; pauses do not count. */
  get timeMs(): number {
    return this.#run.board.emulator.clock.nowMs;
  }

  /** Milliseconds of guest time since the machine was built, power cycles included. */
  get ranMs(): number {
    return this.#run.ranMs;
  }

  /** Instructions the guest has executed since power on. */
  get instructions(): number {
    return this.#run.board.emulator.clock.instructions;
  }

  /** The CPU's registers. They are of use between two ticks, where a paused machine stands. */
  get registers(): Registers {
    return readRegisters(this.#run.board.emulator.cpu);
  }

  /** What an endpoint's registers hold; null for one that is no PCI function, or is not plugged in. Nobody notices the look. */
  deviceRegisters(endpoint: number): DeviceRegisters | null {
    return deviceRegisters(this.#run.board, endpoint);
  }

  /** How halted time passes. */
  setPace(pace: Pace): void {
    this.#run.loop.setPace(pace);
  }

  /**
   * Tells the watcher what the IOMMU does, while it does it and before those who subscribed with `onEvent`. It makes no
   * object of a request, which takes a guest's time; while nobody watches or subscribes, nothing is told at all.
   */
  watch(watcher: IommuWatcher): Dispose {
    const dispose = this.#voices.watchers.add(watcher);
    this.#run.hearIommu();
    return () => {
      dispose();
      this.#run.hearIommu();
    };
  }

  /** Subscribes to what the IOMMU does, each as an event with its time. */
  onEvent(listener: (event: RecordedEvent) => void): Dispose {
    const dispose = this.#voices.events.on(listener);
    this.#run.hearIommu();
    return () => {
      dispose();
      this.#run.hearIommu();
    };
  }

  /** Subscribes to the ends of ticks, where the machine can be looked at and touched. */
  onTick(listener: () => void): Dispose {
    return this.#voices.ticks.on(listener);
  }

  /** Subscribes to the ends of ticks while a recording is replayed, where the machine can be looked at, but not touched. */
  onTickFollowed(listener: () => void): Dispose {
    return this.#voices.ticksFollowed.on(listener);
  }

  /** Subscribes to power cycles, the host's (`powerCycle`) and the guest's (`reboot`), and to what the guest does to its power. */
  onPower(listener: (event: PowerEvent) => void): Dispose {
    return this.#voices.power.on(listener);
  }

  /** Subscribes to reboots of the guest's that fail, and why: after `crashed` an error for the user. */
  onFailure(listener: (error: Error) => void): Dispose {
    return this.#voices.failures.on(listener);
  }

  /** Subscribes to accesses that no driver asked for. */
  onAccess(listener: (access: MachineAccess) => void): Dispose {
    return this.#voices.accesses.on(listener);
  }

  /** Subscribes to the machine's being about to go into its past, or back from there; tells where it stands. */
  onLeave(listener: (place: Place) => void): Dispose {
    return this.#voices.leaves.on(listener);
  }

  /** Subscribes to the machine's being put elsewhere: into its past, back from there, or to a snapshot. */
  onMove(listener: (place: Place) => void): Dispose {
    return this.#voices.moves.on(listener);
  }

  /** Starts or goes on; harmless when running. */
  run(): void {
    this.#drive.start();
  }

  /** Stops before the next tick; harmless when stopped. */
  hold(): void {
    this.#drive.hold();
  }

  /**
   * Has a running machine wait with its next tick until it need not any more: for whoever listens and does not keep up. Time does
   * not pass for the guest meanwhile.
   */
  setWaiting(isWaiting: boolean): void {
    this.#run.loop.setWaiting(isWaiting);
  }

  /** Resolves when all that the latest tick began has come to its end. */
  settle(): Promise<void> {
    return this.#run.settle();
  }

  /** Stops between two instructions, when no change is under way any more; harmless when paused. */
  pause(): Promise<void> {
    return this.#drive.inTurn(async () => this.hold());
  }

  /** Switches off and on: everything but the disks starts afresh, and the machine runs. */
  powerCycle(): Promise<void> {
    return this.#drive.powerCycle();
  }

  /**
   * Ends the machine, which refuses everything from then on but to be ended again: it throws, or rejects with, `InputError`.
   * What it had in memory is let go, whoever still holds it.
   */
  async dispose(): Promise<void> {
    await this.#drive.dispose();
    this.past.end();
    this.who.end();
  }

  /** Throws `InputError` for an access that no endpoint of this machine could make. */
  checkAccess(request: RogueRequest): void {
    this.#drive.checkUse();
    checkRogue(this.plan, request);
  }

  /**
   * Lets an endpoint make an access that no driver asked for. Throws `InputError` for an impossible request, and while an
   * event is told, when the guest is amid an instruction.
   */
  rogueDma(request: RogueRequest): RogueResult {
    this.checkAccess(request);
    const { board } = this.#run;
    if (this.isBusy) {
      throw new InputError(
        'The machine is amid an instruction, a power cycle or a replay. Try again later.',
      );
    }
    this.#run.inputs.note({ kind: 'access', request });
    const result = board.emulator.onGuestTime(() => rogueDma(board, request));
    this.#voices.accesses.emit({ request, result });
    return result;
  }

  /**
   * Puts a file into the shared folder while the guest runs, until the next power on; one of the same name is replaced. Rejects with
   * `InputError`, and changes nothing, for a file that can not be there and on a machine without a shared folder.
   */
  giveFile(file: GivenFile): Promise<void> {
    return this.#drive.inTurn(async () => {
      if (!this.plan.endpoints['virtio-9p']) {
        throw new InputError('This PC has no shared folder: virtio-9p is not plugged in.');
      }
      this.#run.stop();
      await this.#run.settle();
      try {
        const { board, inputs, log } = this.#run;
        checkGiven(file, board, log.inputs);
        const { name, bytes } = file;
        inputs.note({ kind: 'file', name, bytes });
        board.emulator.onGuestTime(() => giveFile(board.emulator.cpu, name, bytes));
      } finally {
        this.#drive.goOn();
      }
    });
  }

  /**
   * Has `look` look at the machine between two ticks, for as long as it takes; the guest goes on afterwards if it did, and no time
   * has passed for it.
   */
  whileStill<T>(look: () => Promise<T>): Promise<T> {
    return this.#drive.inTurn(async () => {
      this.#run.stop();
      await this.#run.settle();
      try {
        return await look();
      } finally {
        this.#drive.goOn();
      }
    });
  }

  /** The whole machine at this moment; it goes on running if it did. */
  save(): Promise<MachineSnapshot> {
    return this.#drive.inTurn(async () => {
      this.#run.stop();
      await this.#run.settle();
      this.#run.inputs.note({ kind: 'forget-code' });
      forgetCode(this.#run.board.emulator);
      const state = this.#run.save();
      this.#drive.goOn();
      return { version: SNAPSHOT_VERSION, plan: this.plan, ...state };
    });
  }

  /**
   * Puts the machine where the snapshot was taken, paused. Rejects with `InputError` and changes nothing when the
   * snapshot is not whole or of a machine with another plan; when a device can not read its part, the machine is
   * left paused and needs a power cycle.
   */
  restore(snapshot: SnapshotHead): Promise<void> {
    return this.#drive.inTurn(async () => {
      checkSnapshot(snapshot, this.plan);
      this.hold();
      try {
        await this.#run.put(snapshot);
        this.#drive.timeline.beginAt(snapshot);
        this.#voices.moves.emit(this.past.place);
      } catch (cause) {
        throw new InputError(
          'The snapshot is damaged: a device cannot read its part of it. Power cycle the machine to go on.',
          { cause },
        );
      }
    });
  }
}
