// Where a machine was, and how it gets back there: checkpoints, and the log between them. Going on from the past makes a
// branch; the way that the machine had gone stays until it is dropped.

import { InputError } from '../images/guest-images.ts';
import type { RunLogState } from '../recording/run-log.ts';
import type { RunPosition, RunState } from '../run-state.ts';
import type { Run } from '../run.ts';
import { isConnected } from '../v86/network.ts';
import { PageStore } from '../v86/memory-pages.ts';
import type { BranchInfo, Place } from './place.ts';
import type { Route, Spot } from './route.ts';
import { Checkpoints, placeOf, type Checkpoint } from './checkpoints.ts';

interface Branch {
  readonly id: number;
  readonly parent: BranchInfo['parent'];
  checkpoints: readonly Checkpoint[];
  /** How far the machine has been, and the log up to there; undefined while it is there. */
  end: { readonly ticks: number; readonly sequence: number; readonly log: RunLogState } | undefined;
}

export interface TimelineSettings {
  /** Bytes of all checkpoints together; 0: none are taken, and going back begins where the run did. */
  readonly maxBytes: number;
  /** The host's clock in milliseconds. */
  readonly now: () => number;
}

/** What re-execution takes, about: milliseconds for an instruction, and for a tick. */
const MS_PER_INSTRUCTION = 1 / 200_000;
const MS_PER_TICK = 0.02;
/** Work between two checkpoints at least, and in times of what taking one takes. */
const LEAST_WORK_MS = 400;
const WORK_PER_COST = 25;
/** Branches kept at most; the oldest that the machine is not on goes first. */
const MAX_BRANCHES = 16;

export class Timeline {
  readonly #run: Run;
  readonly #settings: TimelineSettings;
  readonly #checkpoints: Checkpoints;
  /** Where the run began, when it did not begin at power on. */
  #origin: RunState | undefined;
  /** How much work it is to get where the run began. */
  #originWork = 0;
  #branches: Branch[] = [{ id: 1, parent: null, checkpoints: [], end: undefined }];
  #current: Branch | undefined;
  #nextId = 2;
  /** What the cheapest checkpoint took: a busy host makes all look dear. */
  #costMs = Number.POSITIVE_INFINITY;
  /** Instructions of earlier lives. */
  #earlierInstructions = 0;
  #lastInstructions = 0;

  constructor(run: Run, settings: TimelineSettings) {
    this.#run = run;
    this.#settings = settings;
    this.#checkpoints = new Checkpoints(new PageStore(), settings.maxBytes);
  }

  /** Bytes of all checkpoints, and how many the branch has. */
  get size(): { readonly bytes: number; readonly checkpoints: number } {
    return { bytes: this.#checkpoints.bytes, checkpoints: this.#branch.checkpoints.length };
  }

  get branches(): readonly BranchInfo[] {
    return this.#branches.map((branch) => ({
      id: branch.id,
      parent: branch.parent,
      sequence: branch.end?.sequence ?? this.#sequence,
      isCurrent: branch === this.#branch,
    }));
  }

  get place(): Place {
    const { clock } = this.#run.board.emulator;
    return {
      branch: this.#branch.id,
      sequence: this.#sequence,
      tick: this.#run.loop.ticks,
      instructions: clock.instructions,
      timeMs: clock.nowMs,
      consoleBytes: this.#run.log.consoleBytes,
      isPast: this.#branch.end !== undefined,
    };
  }

  /** All that was known is another machine's: the run begins at this state. */
  beginAt(origin: RunState): void {
    this.#forget(origin);
    this.#earlierInstructions = 0;
    this.#lastInstructions = this.#run.board.emulator.clock.instructions;
    this.#originWork = this.#work;
  }

  /** The machine is gone, and with it every place of its. */
  end(): void {
    this.#forget(undefined);
  }

  /** A tick has ended while the machine runs: takes a checkpoint when it is time. */
  afterTick(): void {
    const { maxBytes, now } = this.#settings;
    if (maxBytes === 0) return;
    const { clock } = this.#run.board.emulator;
    const { instructions } = clock;
    if (instructions < this.#lastInstructions) this.#earlierInstructions += this.#lastInstructions;
    this.#lastInstructions = instructions;
    const work = this.#work;
    const since = work - (this.#branch.checkpoints.at(-1)?.work ?? this.#originWork);
    if (since < this.#workBetween) return;
    const { board, loop, log } = this.#run;
    // A connection of the guest's lives in v86's network, which tells nobody of its state.
    if (this.#run.isChanging || board.share.isPending || isConnected(board.emulator)) return;
    const start = now();
    const branch = this.#branch;
    const before = branch.checkpoints.at(-1)?.packed.rest ?? this.#origin;
    branch.checkpoints = this.#checkpoints.add(
      branch.checkpoints,
      { tick: loop.ticks, inputs: log.inputs.length, sequence: this.#sequence, work },
      this.#run.position(before),
    );
    this.#costMs = Math.min(this.#costMs, now() - start);
  }

  /**
   * Takes the machine to where the event with this number had just happened: the end of its tick, or the input that
   * caused it. The machine stands still there. Rejects with `InputError` for a place where it has not been.
   */
  async goTo(sequence: number, branchId = this.#branch.id): Promise<Place> {
    const branch = this.#find(branchId);
    const end = branch.end?.sequence ?? this.#sequence;
    if (!Number.isInteger(sequence) || sequence < 0 || sequence > end) {
      throw new InputError(
        `There is no event ${sequence} to go to: give a whole number from 0 to ${end}, the latest event.`,
      );
    }
    await this.#retrace(
      branch,
      (checkpoint) => checkpoint.sequence < sequence,
      () => this.#sequence >= sequence,
    );
    return this.place;
  }

  /** Takes the machine to the end of a branch, where it can go on as if it had never left. */
  async toEnd(branchId = this.#branch.id): Promise<Place> {
    const branch = this.#find(branchId);
    const { end } = branch;
    if (end === undefined) return this.place;
    await this.#retrace(
      branch,
      () => true,
      () => false,
    );
    branch.end = undefined;
    return this.place;
  }

  /** The machine is about to go on: from a place in the past that is another way. */
  goOn(): void {
    const branch = this.#branch;
    if (branch.end === undefined) return;
    const checkpoints = this.#passed;
    this.#checkpoints.hold(checkpoints);
    const next: Branch = {
      id: this.#nextId,
      parent: { branch: branch.id, sequence: this.#sequence },
      checkpoints,
      end: undefined,
    };
    this.#nextId += 1;
    this.#branches.push(next);
    this.#current = next;
    const oldest = this.#branches.find((each) => each !== next);
    if (this.#branches.length > MAX_BRANCHES && oldest !== undefined) this.drop(oldest.id);
  }

  /** Forgets a branch. Throws `InputError` for the one that the machine is on, and for an unknown one. */
  drop(branchId: number): void {
    const branch = this.#find(branchId);
    if (branch === this.#branch) {
      throw new InputError(
        `The machine is on branch ${branchId}. Go to another one before you drop it.`,
      );
    }
    this.#checkpoints.release(branch.checkpoints);
    this.#branches = this.#branches.filter((each) => each !== branch);
  }

  /** The way to where the machine stands. */
  get route(): Route {
    const origin = this.#origin;
    const log = this.#run.log.save();
    return {
      origin: { spot: spotOf(origin), state: () => origin },
      checkpoints: this.#passed.map((checkpoint) => ({
        spot: { ...checkpoint, key: checkpoint },
        state: () => stateAt(placeOf(checkpoint), log),
      })),
      end: {
        tick: this.#run.loop.ticks,
        inputs: log.inputs.length,
        sequence: this.#sequence,
        key: this.#branch.id,
      },
      log,
    };
  }

  /** The branch's checkpoints up to where the machine stands. */
  get #passed(): readonly Checkpoint[] {
    const { ticks } = this.#run.loop;
    const inputs = this.#run.log.inputs.length;
    return this.#branch.checkpoints.filter(
      (each) => each.tick < ticks || (each.tick === ticks && each.inputs <= inputs),
    );
  }

  get #branch(): Branch {
    return this.#current ?? this.#find(this.#branches.at(-1)?.id ?? 1);
  }

  get #sequence(): number {
    return this.#run.board.iommu?.sequence ?? 0;
  }

  get #work(): number {
    return (
      (this.#earlierInstructions + this.#run.board.emulator.clock.instructions) *
        MS_PER_INSTRUCTION +
      this.#run.loop.ticks * MS_PER_TICK
    );
  }

  /** Work between two checkpoints; nothing is known of the price of the first. */
  get #workBetween(): number {
    const least =
      this.#branch.checkpoints.length === 0 ? LEAST_WORK_MS : WORK_PER_COST * this.#costMs;
    return Math.max(LEAST_WORK_MS, least);
  }

  /** Nothing but an origin is known any more. */
  #forget(origin: RunState | undefined): void {
    for (const { checkpoints } of this.#branches) this.#checkpoints.release(checkpoints);
    this.#origin = origin;
    this.#branches = [{ id: this.#nextId, parent: null, checkpoints: [], end: undefined }];
    this.#current = undefined;
    this.#nextId += 1;
  }

  #find(id: number): Branch {
    const branch = this.#branches.find((each) => each.id === id);
    if (branch !== undefined) return branch;
    const known = this.#branches.map((each) => each.id).join(', ');
    throw new InputError(`There is no branch ${id}. There are: ${known}.`);
  }

  /** Goes back to the last checkpoint of a branch that is early enough, and along its log from there. */
  async #retrace(
    branch: Branch,
    isEarly: (checkpoint: Checkpoint) => boolean,
    isThere: () => boolean,
  ): Promise<void> {
    const here = this.#branch;
    here.end ??= {
      ticks: this.#run.loop.ticks,
      sequence: this.#sequence,
      log: this.#run.log.save(),
    };
    const { end = here.end } = branch;
    const checkpoint = branch.checkpoints.findLast(isEarly);
    this.#run.setMoving(true);
    try {
      this.#run.log.restore(end.log);
      if (checkpoint !== undefined) await this.#run.goBack(placeOf(checkpoint));
      else if (this.#origin !== undefined) await this.#run.put(this.#origin);
      else await this.#run.restart();
      this.#current = branch;
      await this.#run.follow({ inputs: end.log.inputs, ticks: end.ticks }, isThere);
    } finally {
      this.#run.setMoving(false);
    }
  }
}

/** A place on the way of a log, with the log up to there. */
function stateAt(place: RunPosition, { inputs, marks }: RunLogState): RunState {
  const { reached } = place;
  return { ...place, log: { inputs: inputs.slice(0, reached.inputs), marks, position: reached } };
}

const POWER_ON: Spot = { tick: 0, inputs: 0, sequence: 0, key: {} };

function spotOf(origin: RunState | undefined): Spot {
  if (origin === undefined) return POWER_ON;
  return {
    tick: origin.loop.ticks,
    inputs: origin.log.inputs.length,
    sequence: origin.board.iommu?.sequence ?? 0,
    key: origin,
  };
}
