// The way a machine has come: its digest, its recording, and any place on it.

import { searchEndOf, type DmaWrite, type WritesBefore } from './dma-write.ts';
import { disposed } from './disposed.ts';
import { InputError } from './images/guest-images.ts';
import { checkQuestion, WriteSearch } from './last-write.ts';
import type { MachineDrive } from './machine-drive.ts';
import type { Voices } from './machine-voices.ts';
import type { PlannedMachine } from './plan/machine-options.ts';
import { digestOf } from './recording/digest.ts';
import { recordingOf, type RunProgress } from './recording/recorder.ts';
import type { Recording } from './recording/recording-file.ts';
import { ReplayWatch, type ReplayResult } from './recording/replay.ts';
import type { RunDigest } from './recording/run-digest.ts';
import { checkPlan } from './snapshot/snapshot.ts';
import type { BranchInfo, Place } from './timeline/place.ts';

export class MachinePast {
  readonly #drive: MachineDrive;
  readonly #voices: Voices;
  readonly #options: Pick<PlannedMachine, 'plan' | 'keepsLog' | 'createSha256'>;
  /** It has the machine's files; undefined when the machine has ended. */
  #search: WriteSearch | undefined;

  constructor(drive: MachineDrive, voices: Voices, options: PlannedMachine) {
    this.#drive = drive;
    this.#voices = voices;
    const { plan, keepsLog, createSha256 } = options;
    this.#options = { plan, keepsLog, createSha256 };
    this.#search = new WriteSearch(options);
  }

  /**
   * What the run was, in hashes: two machines that were built alike and to which the same was done have the same. Throws
   * `InputError` when the machine keeps no log.
   */
  digest(): RunDigest {
    if (!this.#options.keepsLog) throw new InputError('This machine was built to keep no log.');
    const { log, board } = this.#drive.run;
    const { instructions } = board.emulator.clock;
    return digestOf(log, board.memory, instructions, this.#options.createSha256);
  }

  /** How far the run has come, for who records it. */
  get progress(): RunProgress {
    const { log, loop } = this.#drive.run;
    return { ticks: loop.ticks, events: log.eventCount, inputs: log.inputs, marks: log.marks };
  }

  /** The run so far as the bytes of a recording; it goes on if it did. Rejects with `InputError` when it can not be one. */
  recording(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#drive.inTurn(async () =>
      recordingOf(this.#options.plan, this.progress, this.digest()),
    );
  }

  /**
   * Goes the way of a recording from the first power on, as fast as it can, up to the event with the sequence `until` if
   * there is one, and stands still there; whoever listens hears what happens. Rejects with `InputError` for a recording of
   * another machine, and for a machine that has run already.
   */
  replay(recording: Recording, until = Number.POSITIVE_INFINITY): Promise<ReplayResult> {
    return this.#drive.inTurn(async () => {
      this.#checkLog();
      checkPlan(recording.head.plan, this.#options.plan, 'The recording');
      const { run } = this.#drive;
      if (run.loop.ticks > 0) {
        throw new InputError('This machine has run already. Replay a recording on a new one.');
      }
      this.#drive.hold();
      const watch = new ReplayWatch(recording);
      const isThere = (): boolean =>
        !watch.isAlike(run.log.marks) || (run.board.iommu?.sequence ?? 0) >= until;
      const isPart = await run.follow(recording, isThere);
      return watch.result(this.digest(), isPart);
    });
  }

  /** Where the machine stands. */
  get place(): Place {
    return this.#drive.timeline.place;
  }

  /** The ways that the machine has gone: the first one, and one more for each time that it went on from the past. */
  get branches(): readonly BranchInfo[] {
    return this.#drive.timeline.branches;
  }

  /** Bytes of the checkpoints that going back begins at, and their number on this branch. */
  get checkpoints(): { readonly bytes: number; readonly checkpoints: number } {
    return this.#drive.timeline.size;
  }

  /**
   * Takes the whole machine to where the event with this sequence had just happened, to the end of that tick, and leaves
   * it paused. It can be looked at there, and goes on from there on a branch of its own; the old one stays until it is
   * dropped. Nothing of the way there is told to those who listen. Rejects with `InputError` for an event that was not.
   */
  goTo(sequence: number, branch?: number): Promise<Place> {
    return this.#move(() => this.#drive.timeline.goTo(sequence, branch));
  }

  /** Takes the machine to where it had come to on a branch, paused: there it can go on as if it had never left. */
  toEnd(branch?: number): Promise<Place> {
    return this.#move(() => this.#drive.timeline.toEnd(branch));
  }

  /**
   * The last write of a device's into the page of RAM that has this guest-physical address, up to where the machine stands;
   * null when there was none since power on, or since the snapshot that its way begins at. A machine of its own goes the
   * way again, which takes as long as a way back (`goTo`); this one goes on, if it did, and is as if nobody had asked.
   * Rejects with `InputError` for an address outside RAM.
   */
  lastWrite(gpa: bigint, which: WritesBefore = {}): Promise<DmaWrite | null> {
    return this.#drive.inTurn(async () => {
      this.#checkLog();
      const { run, timeline } = this.#drive;
      const question = { gpa, end: searchEndOf(which) };
      checkQuestion(question, run.board.memory.size);
      await run.settle();
      if (this.#search === undefined) throw disposed();
      return this.#search.find(timeline.route, question);
    });
  }

  /** Forgets a branch that the machine is not on. Throws `InputError`. */
  drop(branch: number): void {
    this.#drive.checkUse();
    this.#drive.timeline.drop(branch);
  }

  /** The machine is gone: nothing of it is held here. */
  end(): void {
    this.#search = undefined;
  }

  #move(move: () => Promise<Place>): Promise<Place> {
    return this.#drive.inTurn(async () => {
      this.#checkLog();
      this.#drive.hold();
      this.#voices.leaves.emit(this.place);
      const place = await move();
      this.#voices.moves.emit(place);
      return place;
    });
  }

  #checkLog(): void {
    if (!this.#options.keepsLog) throw new InputError('This machine was built to keep no log.');
    if (this.#options.plan.clock === 'host') {
      throw new InputError(
        'This machine runs on the host’s clock, so it cannot be taken back. Build it with the guest’s own clock.',
      );
    }
  }
}
