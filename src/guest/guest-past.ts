// A session's way through time: where the guest is, where it was, and the branches it has gone.

import type { Dispose } from '../base/emitter.ts';
import type { DmaWrite, WritesBefore } from '../machine/dma-write.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import { Recorder, recordingOf, type RunProgress } from '../machine/recording/recorder.ts';
import { decodeRecording, type Recording } from '../machine/recording/recording-file.ts';
import type { ReplayResult } from '../machine/recording/replay.ts';
import type { RunDigest } from '../machine/recording/run-digest.ts';
import type { BranchInfo, Place } from '../machine/timeline/place.ts';
import type { Registers } from '../machine/v86/register-values.ts';
import type { PastView } from './guest.ts';
import type { RunGate } from './run-gate.ts';

/** Ends everything that lasts. */
export const POWER_CYCLED = 'power-cycled';

/** Something that lasts, and when it happened. */
interface Mark {
  readonly name: string;
  readonly branch: number;
  readonly tick: number;
  readonly timeMs: number;
}

/** What is used of a machine: public types must not lead to the emulator's, which need a browser's. */
interface MachineWithPast {
  readonly plan: MachinePlan;
  readonly registers: Registers;
  readonly past: {
    readonly place: Place;
    readonly branches: readonly BranchInfo[];
    readonly checkpoints: { readonly bytes: number; readonly checkpoints: number };
    readonly progress: RunProgress;
    goTo(sequence: number, branch?: number): Promise<Place>;
    toEnd(branch?: number): Promise<Place>;
    lastWrite(gpa: bigint, which?: WritesBefore): Promise<DmaWrite | null>;
    drop(branch: number): void;
    digest(): RunDigest;
    replay(recording: Recording, until?: number): Promise<ReplayResult>;
  };
  onTick(listener: () => void): Dispose;
}

/** The past of a guest, and the ways that it has gone from there. */
export class GuestPast implements PastView {
  readonly #machine: MachineWithPast;
  readonly #gate: RunGate;
  readonly #onArrive: () => void;
  readonly #marks: Mark[] = [];

  /** `onArrive` is called when the guest stands somewhere else. */
  constructor(machine: MachineWithPast, gate: RunGate, onArrive: () => void) {
    this.#machine = machine;
    this.#gate = gate;
    this.#onArrive = onArrive;
  }

  /** Where the guest stands. */
  get place(): Place {
    return this.#machine.past.place;
  }

  /** The CPU's registers there. */
  get registers(): Registers {
    return this.#machine.registers;
  }

  /** The first way, and one more for each time that the guest went on from the past. */
  get branches(): readonly BranchInfo[] {
    return this.#machine.past.branches;
  }

  /** Bytes of the checkpoints that going back begins at, and their number on this branch. */
  get checkpoints(): { readonly bytes: number; readonly checkpoints: number } {
    return this.#machine.past.checkpoints;
  }

  /**
   * Takes the whole guest to where the event with this sequence had just happened - to the end of that tick - and leaves it
   * paused: its memory, registers and IOMMU can be looked at. After `start` it goes on from there, on a branch of its own.
   * Rejects with `InputError` for an event that was not.
   */
  async goTo(sequence: number, branch?: number): Promise<Place> {
    return this.#move(() => this.#machine.past.goTo(sequence, branch));
  }

  /** Takes the guest to where it had come to on a branch, paused: there it can go on as if it had never left. */
  async toEnd(branch?: number): Promise<Place> {
    return this.#move(() => this.#machine.past.toEnd(branch));
  }

  /**
   * The last DMA that wrote to the guest page with this guest-physical address, up to where the guest stands, or before the
   * event with the sequence `before`, or before the write `before`, which another search has found; null when none did since power on, or since the snapshot that the guest was started
   * from. The way is gone again elsewhere, from the latest checkpoint back: the guest stays where it is. Rejects with
   * `InputError` for an address outside RAM, and for a guest on the host's clock.
   */
  async lastWrite(gpa: bigint, which?: WritesBefore): Promise<DmaWrite | null> {
    return this.#machine.past.lastWrite(gpa, which);
  }

  /**
   * The run so far as a recording: the bytes of a file that `replay` repeats, anywhere. Throws `InputError` for a
   * guest on the host's clock, and for one that keeps no log.
   */
  recording(): Uint8Array<ArrayBuffer> {
    return recordingOf(
      this.#machine.plan,
      this.#machine.past.progress,
      this.#machine.past.digest(),
    );
  }

  /** Writes a recording while the guest runs; returns what ends it. `write` gets the bytes of the file in order. */
  record(write: (bytes: Uint8Array<ArrayBuffer>) => void): () => void {
    const { plan, past } = this.#machine;
    const recorder = new Recorder(plan, write);
    const dispose = this.#machine.onTick(() => recorder.follow(past.progress));
    return () => {
      dispose();
      recorder.end(past.progress, past.digest());
    };
  }

  /**
   * Goes the way of a recording, which has to be of this guest's plan, up to the event with the sequence `until` if there is
   * one. The guest must not have run yet; it stands still there, and goes on from there after `start`.
   */
  async replay(recording: Uint8Array, until?: number): Promise<ReplayResult> {
    this.#gate.close();
    const result = await this.#machine.past.replay(decodeRecording(recording), until);
    this.#onArrive();
    return result;
  }

  /** Something that lasts has happened, here and now. */
  mark(name: string): void {
    const { branch, tick, timeMs } = this.place;
    this.#marks.push({ name, branch, tick, timeMs });
  }

  /** When it happened in this life, on the way that led to where the guest stands; undefined when it has not. */
  timeOf(name: string): number | undefined {
    const { branch, tick } = this.place;
    const way = this.#ancestors(branch);
    const last = this.#marks.findLast(
      (mark) =>
        (mark.name === name || mark.name === POWER_CYCLED) &&
        way.includes(mark.branch) &&
        mark.tick <= tick,
    );
    return last?.name === name ? last.timeMs : undefined;
  }

  async #move(move: () => Promise<Place>): Promise<Place> {
    this.#gate.close();
    const place = await move();
    this.#onArrive();
    return place;
  }

  /** A branch, the one that it began on, and so on. */
  #ancestors(id: number): readonly number[] {
    const parent = this.branches.find((branch) => branch.id === id)?.parent;
    return parent === undefined || parent === null ? [id] : [id, ...this.#ancestors(parent.branch)];
  }

  /** Forgets a branch that the guest is not on. Throws `InputError`. */
  drop(branch: number): void {
    this.#machine.past.drop(branch);
  }
}
