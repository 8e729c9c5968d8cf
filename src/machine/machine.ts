// The machine: a Linux PC whose IOMMU can be looked into. Power, time, what it says, what the host does to it, and its
// snapshot.

import type { Dispose } from '../base/emitter.ts';
import { Turns } from '../base/turns.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import { loadedImages } from './images/deferred-images.ts';
import { checkImages, InputError } from './images/guest-images.ts';
import type { MachineOptions, PlannedMachine } from './plan/machine-options.ts';
import type { Pace } from './plan/pace.ts';
import { commandLine, type MachinePlan } from './plan/machine-plan.ts';
import { pinPlan } from './plan/pinned-plan.ts';
import { readPlan } from './plan/plan-check.ts';
import { digestOf } from './recording/digest.ts';
import { recordingOf, type RunProgress } from './recording/recorder.ts';
import type { Recording } from './recording/recording-file.ts';
import { ReplayWatch, type ReplayResult } from './recording/replay.ts';
import type { RunDigest } from './recording/run-digest.ts';
import type { RogueRequest, RogueResult } from './rogue-access.ts';
import { checkRogue, rogueDma } from './rogue-dma.ts';
import { listenerOf, Voices, type PowerEvent } from './machine-voices.ts';
import type { PowerWish } from './run-state.ts';
import { Run } from './run.ts';
import type { SnapshotHead } from './snapshot/snapshot-head.ts';
import {
  checkPlan,
  checkSnapshot,
  SNAPSHOT_VERSION,
  type MachineSnapshot,
} from './snapshot/snapshot.ts';
import type { BranchInfo, Place } from './timeline/place.ts';
import { Timeline } from './timeline/timeline.ts';
import { forgetCode } from './v86/emulator-image.ts';
import type { GuestMemory } from './v86/guest-memory.ts';
import type { Registers } from './v86/register-values.ts';
import { readRegisters } from './v86/registers.ts';
import type { SerialPort } from './v86/serial-port.ts';

export type { PowerEvent } from './machine-voices.ts';

/** Checks the plan and fills it in. Throws `InputError`. */
function plannedMachine(options: MachineOptions): PlannedMachine {
  const { images, share } = options;
  const files = { images: images.checksums, share: share.checksums };
  return { ...options, plan: pinPlan(readPlan(options.plan), files) };
}

export class Machine {
  /** What it is, with every file by its checksum. */
  readonly plan: MachinePlan;
  readonly #keepsLog: boolean;
  readonly #run: Run;
  readonly #voices: Voices;
  readonly #turns = new Turns();
  readonly #timeline: Timeline;
  /** Whether it runs, or will when a change is over. */
  #isRunning = false;
  #disposal: Promise<void> | undefined;

  private constructor(options: PlannedMachine, run: Run, voices: Voices) {
    this.plan = options.plan;
    this.#keepsLog = options.keepsLog;
    this.#run = run;
    this.#voices = voices;
    this.#timeline = new Timeline(run, {
      maxBytes: options.checkpointBytes ?? 0,
      now: () => performance.now(),
    });
    voices.ticks.on(() => this.#timeline.afterTick());
    voices.touches.on(() => this.#timeline.goOn());
    voices.wishes.on((wish) => {
      void this.#inTurn(() => this.#grant(wish)).catch(() => voices.power.emit('crashed'));
    });
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
      machine.#timeline.beginAt(snapshot);
      return machine;
    } catch (cause) {
      throw new InputError('The snapshot is damaged: a device can not read its part of it.', {
        cause,
      });
    }
  }

  /** The guest's console, ttyS0. */
  get console(): SerialPort {
    return this.#run.console;
  }

  /** ttyS1, where the project's guest image runs commands for programs. */
  get agent(): SerialPort {
    return this.#run.agent;
  }

  /** The IOMMU device; undefined on a machine without one. Another object after a power cycle. */
  get iommu(): VirtioIommu | undefined {
    return this.#run.board.iommu;
  }

  /** Guest RAM by guest-physical address. */
  get memory(): GuestMemory {
    return this.#run.board.memory;
  }

  get isRunning(): boolean {
    return this.#isRunning;
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

  /** How halted time passes. */
  setPace(pace: Pace): void {
    this.#run.loop.setPace(pace);
  }

  /** Subscribes to what the IOMMU does. While nobody does, the IOMMU makes no events, which take a guest's time. */
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

  /** Subscribes to power cycles, the host's (`powerCycle`) and the guest's (`reboot`), and to what the guest does to its power. */
  onPower(listener: (event: PowerEvent) => void): Dispose {
    return this.#voices.power.on(listener);
  }

  /** Starts or goes on; harmless when running. */
  run(): void {
    this.#checkUse();
    this.#isRunning = true;
    this.#goOn();
  }

  /** Stops before the next tick; harmless when stopped. */
  hold(): void {
    this.#isRunning = false;
    this.#run.stop();
  }

  /** Resolves when all that the latest tick began has come to its end. */
  settle(): Promise<void> {
    return this.#run.settle();
  }

  /** Stops between two instructions, when no change is under way any more; harmless when paused. */
  pause(): Promise<void> {
    return this.#inTurn(async () => this.hold());
  }

  /** Switches off and on: everything but the disks starts afresh, and the machine runs. */
  powerCycle(): Promise<void> {
    return this.#inTurn(async () => {
      this.#run.note({ kind: 'power-cycle' });
      this.#isRunning = true;
      await this.#run.powerOn();
      this.#voices.power.emit('power-cycled');
      this.#goOn();
    });
  }

  /** Ends the machine, which refuses everything from then on but to be ended again. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#inTurn(() => this.#run.end());
    return this.#disposal;
  }

  /**
   * Lets an endpoint make an access that no driver asked for. Throws `InputError` for an impossible request, and while an
   * event is told, when the guest is amid an instruction.
   */
  rogueDma(request: RogueRequest): RogueResult {
    this.#checkUse();
    const { board, isBusy } = this.#run;
    checkRogue(this.plan, request);
    if (isBusy) {
      throw new InputError(
        'The machine is amid an instruction, a power cycle or a replay. Try again later.',
      );
    }
    this.#run.note({ kind: 'access', request });
    return board.emulator.onGuestTime(() => rogueDma(board, request));
  }

  /**
   * What the run was, in hashes: two machines that were built alike and to which the same was done have the same. Throws
   * `InputError` when the machine keeps no log.
   */
  digest(): RunDigest {
    if (!this.#keepsLog) throw new InputError('This machine was built to keep no log.');
    return digestOf(this.#run.log, this.memory, this.instructions);
  }

  /** The whole machine at this moment; it goes on running if it did. */
  save(): Promise<MachineSnapshot> {
    return this.#inTurn(async () => {
      this.#run.stop();
      await this.#run.settle();
      this.#run.note({ kind: 'forget-code' });
      forgetCode(this.#run.board.emulator);
      const state = this.#run.save();
      this.#goOn();
      return { version: SNAPSHOT_VERSION, plan: this.plan, ...state };
    });
  }

  /**
   * Puts the machine where the snapshot was taken, paused. Rejects with `InputError` and changes nothing when the
   * snapshot is not whole or of a machine with another plan; when a device can not read its part, the machine is
   * left paused and needs a power cycle.
   */
  restore(snapshot: SnapshotHead): Promise<void> {
    return this.#inTurn(async () => {
      checkSnapshot(snapshot, this.plan);
      this.hold();
      try {
        await this.#run.put(snapshot);
        this.#timeline.beginAt(snapshot);
      } catch (cause) {
        throw new InputError(
          'The snapshot is damaged: a device can not read its part of it. Power cycle the machine to go on.',
          { cause },
        );
      }
    });
  }

  /** How far the run has come, for who records it. */
  get progress(): RunProgress {
    const { log, loop } = this.#run;
    return { ticks: loop.ticks, events: log.eventCount, inputs: log.inputs, marks: log.marks };
  }

  /** The run so far as the bytes of a recording; it goes on if it did. Rejects with `InputError` when it can not be one. */
  recording(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#inTurn(async () => recordingOf(this.plan, this.progress, this.digest()));
  }

  /**
   * Goes the way of a recording from the first power on, as fast as it can, up to the event with the sequence `until` if
   * there is one, and stands still there; whoever listens hears what happens. Rejects with `InputError` for a recording of
   * another machine, and for a machine that has run already.
   */
  replay(recording: Recording, until = Number.POSITIVE_INFINITY): Promise<ReplayResult> {
    return this.#inTurn(async () => {
      this.#checkLog();
      checkPlan(recording.head.plan, this.plan, 'The recording');
      if (this.#run.loop.ticks > 0) {
        throw new InputError('This machine has run already. Replay a recording on a new one.');
      }
      this.#isRunning = false;
      const watch = new ReplayWatch(recording);
      const isThere = (): boolean =>
        !watch.isAlike(this.#run.log.marks) || (this.iommu?.sequence ?? 0) >= until;
      const isPart = await this.#run.follow(recording, isThere);
      return watch.result(this.digest(), isPart);
    });
  }

  /** Where the machine stands. */
  get place(): Place {
    return this.#timeline.place;
  }

  /** The ways that the machine has gone: the first one, and one more for each time that it went on from the past. */
  get branches(): readonly BranchInfo[] {
    return this.#timeline.branches;
  }

  /** Bytes of the checkpoints that going back begins at, and their number on this branch. */
  get checkpoints(): { readonly bytes: number; readonly checkpoints: number } {
    return this.#timeline.size;
  }

  /**
   * Takes the whole machine to where the event with this sequence had just happened, to the end of that tick, and leaves
   * it paused. It can be looked at there, and goes on from there on a branch of its own; the old one stays until it is
   * dropped. Nothing of the way there is told to those who listen. Rejects with `InputError` for an event that was not.
   */
  goTo(sequence: number, branch?: number): Promise<Place> {
    return this.#inTurn(async () => {
      this.#checkLog();
      this.hold();
      return this.#timeline.goTo(sequence, branch);
    });
  }

  /** Takes the machine to where it had come to on a branch, paused: there it can go on as if it had never left. */
  toEnd(branch?: number): Promise<Place> {
    return this.#inTurn(async () => {
      this.#checkLog();
      this.hold();
      return this.#timeline.toEnd(branch);
    });
  }

  /** Forgets a branch that the machine is not on. Throws `InputError`. */
  dropBranch(branch: number): void {
    this.#timeline.drop(branch);
  }

  #checkLog(): void {
    if (!this.#keepsLog) throw new InputError('This machine was built to keep no log.');
    if (this.plan.clock === 'host') {
      throw new InputError(
        'This machine runs on the host’s clock, so it can not be taken back. Build it with the guest’s own clock.',
      );
    }
  }

  /** Does what the guest did to its power. */
  async #grant(wish: PowerWish): Promise<void> {
    if (wish === 'reboot') {
      // The guest's own reset must not run on what is left in RAM: v86 does not load the kernel again.
      await this.#run.powerOn();
      this.#voices.power.emit('power-cycled');
      this.#goOn();
      return;
    }
    this.hold();
    this.#run.leaveAsItIs();
    this.#voices.power.emit(wish);
  }

  /** Goes on after a change, if the machine is meant to run. */
  #goOn(): void {
    if (!this.#isRunning || this.#disposal !== undefined || this.#run.isChanging) return;
    this.#timeline.goOn();
    this.#run.start();
  }

  /** Lets one change of the machine's state end before the next begins. */
  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    this.#checkUse();
    return this.#turns.take(change);
  }

  #checkUse(): void {
    if (this.#disposal !== undefined) {
      throw new InputError('This machine was disposed. Make a new one.');
    }
  }
}
