// The life of the machine in the worker: which one there is, whether it runs, how far its guest is, what is wrong with it.

import { Emitter } from '../../base/emitter.ts';
import type { Machine, PowerEvent } from '../../machine/machine.ts';
import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import type { Recording } from '../../machine/recording/recording-file.ts';
import type { ReplayResult } from '../../machine/recording/replay.ts';
import type { MachineBatch } from '../api/news.ts';
import type { MachineFailure, MachineStatus } from '../api/power.ts';
import { CRASHED, HALTED, POWERED_OFF, RESTORING_DETAIL, startFailure } from './boot-story.ts';
import { GuestWatch } from './guest-watch.ts';
import type { MachinePreview } from './machine-builder.ts';
import { StartProgress } from './start-progress.ts';

/** What every batch says of it. */
export type LifeReport = Pick<MachineBatch, 'life' | 'status' | 'progress' | 'failure'>;

const FAILURES: Readonly<Record<Exclude<PowerEvent, 'power-cycled'>, MachineFailure>> = {
  'powered-off': POWERED_OFF,
  halted: HALTED,
  crashed: CRASHED,
};

export class MachineLife {
  /** Another machine is there, and runs from now on. */
  readonly adopted = new Emitter<Machine>();
  /** A machine is about to be restored: it can be looked at before it is there. */
  readonly previewed = new Emitter<MachinePreview>();
  /** What the machine's guest has done before it was taken over, which `previewed` has told. */
  readonly witnessed = new Emitter<BootStory>();
  /**
   * A guest starts from its firmware: on another machine, or on the same. Tells whether the guest itself wanted it, whose
   * last words are then still to be read.
   */
  readonly poweredOn = new Emitter<{ readonly byGuest: boolean }>();
  /** It runs, stands still or has failed, and did not before. */
  readonly changed = new Emitter<void>();
  readonly progress = new StartProgress();
  #machine: Machine | undefined;
  #preview: MachinePreview | undefined;
  #life = 0;
  /** Whether the power cycle under way was asked for from here. */
  #isCycling = false;
  #watch = new GuestWatch();
  #status: MachineStatus = 'loading';
  #failure: MachineFailure | null = null;

  /** The machine; undefined while there is none. */
  get machine(): Machine | undefined {
    return this.#machine;
  }

  /** What the guest has done that is being restored; undefined when none is. */
  get story(): BootStory | undefined {
    return this.#preview?.story;
  }

  get status(): MachineStatus {
    return this.#status;
  }

  /** Whether a start is under way, whose every step is worth telling. */
  get isStarting(): boolean {
    const isThere = this.#status !== 'loading' && this.#status !== 'restoring';
    return !isThere || (this.#isRunning() && this.#watch.stage !== 'ready');
  }

  /** A start was asked for: the machine so far, which the caller has to end, is no longer this one's. */
  leave(): Machine | undefined {
    const machine = this.#machine;
    this.#machine = undefined;
    this.#failure = null;
    this.#load();
    return machine;
  }

  /** Tells of the machine that is being restored; the life that it goes on with begins. */
  preview(preview: MachinePreview): void {
    if (this.#status !== 'loading') return;
    this.#preview = preview;
    this.#become('restoring');
    this.previewed.emit(preview);
  }

  /** What was told of a machine does not come true: another one is loaded. */
  withdraw(): void {
    if (this.#preview !== undefined) this.#load();
  }

  /** So many bytes have come of what the machine's next life needs, which it waits for. */
  fetch(bytes: number): void {
    if (this.#status !== 'loading') this.#load();
    this.progress.addLoaded(bytes);
  }

  /** Takes over a machine that was just built, and has it run; `story` is what its guest has done already. */
  adopt(machine: Machine, story?: BootStory): void {
    this.#take(machine);
    if (story !== undefined) {
      this.#watch.takeConsole(story.console);
      this.witnessed.emit(story);
    }
    machine.run();
  }

  /** Takes over a machine that was just built, and has it go the way of a recording; it stands still at the end. */
  async follow(machine: Machine, recording: Recording): Promise<ReplayResult> {
    this.#take(machine);
    this.progress.begin('firmware', performance.now());
    const result = await machine.past.replay(recording);
    if (this.#machine === machine && this.#isRunning()) this.#become('paused');
    return result;
  }

  fail(failure: MachineFailure): void {
    this.#become('failed');
    this.#failure = failure;
  }

  /** Switches off and on. Rejects with an error for the user when what that needs can not be had. */
  async powerCycle(machine: Machine): Promise<void> {
    this.#isCycling = true;
    try {
      await machine.powerCycle();
    } catch (error) {
      this.#life += 1;
      this.fail(startFailure(error));
      throw error;
    } finally {
      this.#isCycling = false;
    }
  }

  async pause(): Promise<void> {
    if (this.#status !== 'running') return;
    await this.#machine?.pause();
    // It may have failed or been started anew meanwhile.
    if (this.#isRunning()) this.#become('paused');
  }

  resume(): void {
    if (this.#status !== 'paused') return;
    this.#machine?.run();
    this.#become('running');
  }

  /** Looks after the guest; to be called all the time. */
  async supervise(): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined || this.#status !== 'running') return;
    this.progress.reach(this.#watch.stage);
    const { failure, isOver } = this.#watch.look({
      hostMs: performance.now(),
      guestMs: machine.timeMs,
      instructions: machine.instructions,
    });
    this.#failure = failure;
    if (!isOver) return;
    this.#become('failed');
    await machine.pause();
  }

  report(): LifeReport {
    return {
      life: this.#life,
      status: this.#status,
      progress: this.#progressNow(),
      failure: this.#failure,
    };
  }

  #progressNow(): LifeReport['progress'] {
    const progress = this.progress.at(performance.now());
    return this.#preview === undefined ? progress : { ...progress, detail: RESTORING_DETAIL };
  }

  #load(): void {
    this.#preview = undefined;
    this.#life += 1;
    this.#become('loading');
    this.progress.begin('download', performance.now());
  }

  #become(status: MachineStatus): void {
    this.#status = status;
    this.changed.emit();
  }

  #take(machine: Machine): void {
    this.#machine = machine;
    this.#begin();
    machine.console.onOutput((bytes) => this.#watch.takeConsole(bytes));
    machine.onPower((event) => {
      if (event === 'power-cycled') {
        this.progress.begin('firmware', performance.now());
        this.#begin(!this.#isCycling);
      } else {
        this.fail(FAILURES[event]);
      }
    });
    machine.onFailure((error) => this.fail(startFailure(error)));
    this.adopted.emit(machine);
  }

  #isRunning(): boolean {
    return this.#status === 'running';
  }

  #begin(byGuest = false): void {
    // A life that was told of beforehand goes on.
    if (this.#preview === undefined) this.#life += 1;
    this.#preview = undefined;
    this.#watch = new GuestWatch();
    this.#failure = null;
    this.#become('running');
    this.poweredOn.emit({ byGuest });
  }
}
