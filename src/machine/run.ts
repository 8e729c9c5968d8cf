// One run of the PC: the board that is powered on, the ticks it makes, what the host does to it between them, and the log
// of all that. The machine decides when it runs; the run knows where it is.

import { BoardEvents } from './board-events.ts';
import { BoardSlot } from './board-slot.ts';
import type { Board, BoardOptions } from './board.ts';
import { disposed } from './disposed.ts';
import { follow } from './follow.ts';
import { GuestLoop } from './guest-loop.ts';
import { HostInputs } from './host-inputs.ts';
import { RunLog } from './recording/run-log.ts';
import type { PowerWish } from './power-event.ts';
import type { RunListener, RunPosition, RunState, Way } from './run-state.ts';
import type { BoardImage } from './snapshot/board-image.ts';
import { endEmulator, type PowerOnImages } from './v86/emulator.ts';
import { LONGEST_HALT_MS } from './v86/device-timers.ts';
import { onPowerOff } from './v86/firmware.ts';
import { HOST_TIMERS } from './v86/host-timers.ts';

/** A CPU that failed is asked again after so many milliseconds, to find that it is stopped. */
const CRASH_PAUSE_MS = 10;
const SECOND_MS = 1000;

export class Run {
  readonly inputs: HostInputs;
  readonly loop: GuestLoop;
  readonly log = new RunLog();
  readonly #listener: RunListener;
  /** Undefined when the run has ended: all that the PC has in memory hangs on it. */
  #filled: BoardSlot | undefined;
  readonly #events: BoardEvents;
  #wish: PowerWish | undefined;
  /** The board is being exchanged, or the guest's wish is open: what the host does meanwhile waits. */
  #isChanging = false;
  /** The run follows a log: what the guest wishes is granted where it stands there. */
  #isFollowing = false;
  /** The run is taken elsewhere on its way: nobody is told, and what the host does meanwhile waits. */
  #isMoving = false;

  private constructor(options: BoardOptions, listener: RunListener, slot: BoardSlot) {
    this.#listener = listener;
    this.#filled = slot;
    this.loop = new GuestLoop(
      {
        tick: () => this.#tick(),
        restMs: () => this.#restMs(),
        afterTick: () => this.#afterTick(),
        passIdle: (ms) => this.board.emulator.clock.passIdle(ms),
        isBusyElsewhere: () => this.board.share.isPending,
        timers: HOST_TIMERS,
      },
      options.pace,
    );
    const log = options.keepsLog ? this.log : undefined;
    this.inputs = new HostInputs(this, log, () => listener.onTouch());
    this.#events = new BoardEvents(log, listener);
    this.#wire();
  }

  /** Powers a PC on, stopped before its first instruction. Rejects when the emulator can not be started. */
  static async begin(
    options: BoardOptions,
    images: PowerOnImages,
    listener: RunListener,
  ): Promise<Run> {
    return new Run(options, listener, await BoardSlot.fill(options, images));
  }

  /** Goes on where a run was, stopped. Rejects as `begin` does, and when a device can not read its part. */
  static async resume(options: BoardOptions, state: RunState, listener: RunListener): Promise<Run> {
    const slot = await BoardSlot.fill(options, state.board.emulator.leftovers, state);
    const run = new Run(options, listener, slot);
    run.loop.restore(state.loop);
    run.log.restore(state.log);
    try {
      await run.#events.whileShut(async () => slot.put(state.board));
      return run;
    } catch (error) {
      await run.end();
      throw error;
    }
  }

  /** Throws `InputError` when the run has ended, as all do that need it. */
  get board(): Board {
    return this.#slot.board;
  }

  get #slot(): BoardSlot {
    if (this.#filled === undefined) throw disposed();
    return this.#filled;
  }

  /** Milliseconds of guest time in all, power cycles included. */
  get ranMs(): number {
    return this.#slot.ranMs;
  }

  /**
   * Whether the host can not touch the machine now: the guest is amid an instruction, power is off, a log is followed, or
   * the run is taken elsewhere.
   */
  get isBusy(): boolean {
    return this.loop.isInTick || this.#isChanging || this.#isFollowing || this.#isMoving;
  }

  /** Whether the board is being exchanged. */
  get isChanging(): boolean {
    return this.#isChanging;
  }

  start(): void {
    this.#drain();
    this.board.emulator.clock.setRunning(true);
    this.loop.run();
  }

  /** Stops before the next tick; harmless when stopped, or ended. */
  stop(): void {
    this.loop.stop();
    this.#filled?.board.emulator.clock.setRunning(false);
  }

  /** Another board in place of this one, as if power had been off: everything but the disks starts afresh. */
  async powerOn(): Promise<void> {
    this.#slot.endLife();
    this.loop.restore({ ticks: this.loop.ticks, idleMs: 0 });
    await this.#exchangeBoard(this.board.iommu?.sequence ?? 0);
  }

  /** The guest's wish needs no other board. */
  leaveAsItIs(): void {
    this.#isChanging = false;
    this.#drain();
  }

  /** The run as it is; it goes on as if nobody had looked. */
  save(): RunState {
    return { ...this.position(), log: this.log.save() };
  }

  /** Where the run is; `before` is an earlier place that much is shared with. */
  position(before?: RunPosition): RunPosition {
    return {
      ...this.#slot.lives,
      loop: this.loop.save(),
      board: this.#slot.take(before?.board),
      reached: this.log.position(),
    };
  }

  /** Puts the run where it was, stopped. Rejects when a device can not read its part; only `powerOn` helps then. */
  async put(state: RunState): Promise<void> {
    this.log.restore(state.log);
    await this.goBack(state);
  }

  /** Puts the run to an earlier place on the way that it has come. Rejects as `put` does. */
  async goBack(place: RunPosition): Promise<void> {
    this.stop();
    this.#slot.count(place);
    this.loop.restore(place.loop);
    this.log.rewind(place.reached);
    await this.#events.whileShut(() => this.#exchangeBoard(0, place.board));
  }

  /** Puts the run to its first power on: the disks, too, are what they were. */
  async restart(): Promise<void> {
    this.stop();
    this.#slot.wipe();
    this.loop.restore({ ticks: 0, idleMs: 0 });
    this.log.restore(new RunLog().save());
    await this.#events.whileShut(() => this.#exchangeBoard(0));
  }

  /**
   * Goes the way of a log from here on, as fast as it can, until `isThere` says so: it is asked at the start, after each
   * tick and after each input. The machine stands still then. Resolves with whether it got there before the way ended.
   */
  async follow(way: Way, isThere: () => boolean): Promise<boolean> {
    this.#isFollowing = true;
    try {
      return await follow(this, way, {
        isThere,
        takePower: (wish) => this.#followPower(wish),
        onTick: () => {
          if (!this.#isMoving) this.#listener.onTickFollowed();
        },
        onAccess: (access) => {
          if (!this.#isMoving) this.#listener.onAccess(access);
        },
      });
    } finally {
      this.#isFollowing = false;
    }
  }

  /** Resolves when the shared folder has answered all that it was asked: then the tick is over for the guest, too. */
  async settle(): Promise<void> {
    while (this.board.share.isPending) {
      await new Promise<void>((resolve) => HOST_TIMERS.soon(resolve));
    }
  }

  /**
   * The run is taken elsewhere on its way from here on, or is there. Meanwhile those who listen are told nothing; what
   * the host does is none of what is gone again, and waits until the run goes on.
   */
  setMoving(isMoving: boolean): void {
    this.#isMoving = isMoving;
    this.#events.setMuted(isMoving);
    this.inputs.setMuted(isMoving);
  }

  /** Ends the emulator, and lets go of all that the PC had in memory; whoever holds the run then holds little. */
  async end(): Promise<void> {
    this.stop();
    await endEmulator(this.board.emulator);
    this.#filled = undefined;
    this.#events.leave();
    this.inputs.disconnect();
    this.log.restore(new RunLog().save());
  }

  /** Listens to the board's IOMMU as long as somebody wants to know; to be called when that has changed. */
  hearIommu(): void {
    if (this.#filled !== undefined) this.#events.hear(this.#filled.board);
  }

  /** Runs one tick of the guest; an exception that reached v86's main loop ends the machine. */
  #tick(): number {
    const { share, emulator } = this.board;
    const { cpu, onGuestTime } = emulator;
    try {
      const haltedMs = onGuestTime(() => cpu.main_loop());
      // Its answer is there before the next tick, and wakes the CPU
      return share.isPending ? 0 : haltedMs;
    } catch {
      this.#want('crashed');
      return CRASH_PAUSE_MS;
    }
  }

  /** For how many milliseconds the halted CPU has nothing to do; only until a second's end, so that its clock goes on by seconds. */
  #restMs(): number {
    const { cpu, clock, timers } = this.board.emulator;
    const secondMs = SECOND_MS - (clock.nowMs % SECOND_MS) + LONGEST_HALT_MS;
    return Math.min(timers.restMs(cpu), secondMs);
  }

  #afterTick(): void {
    const wish = this.#wish;
    if (wish !== undefined && !this.#isFollowing) {
      this.stop();
      this.#isChanging = true;
      this.#wish = undefined;
      this.#listener.onWish(wish);
    }
    this.#drain();
    this.inputs.flush();
    if (this.#isFollowing) return;
    // What the shared folder still answers is part of this moment.
    if (!this.board.share.isPending) this.#listener.onTick();
  }

  /** Does what was done to the power in what is followed, by the guest if nothing is said, and tells it. */
  async #followPower(wish: PowerWish | undefined = this.#wish): Promise<void> {
    this.#wish = undefined;
    if (wish === 'reboot') await this.powerOn();
    if (wish !== undefined && !this.#isMoving) this.#listener.onPowerFollowed(wish);
  }

  /** Does what the host wanted while the machine could not be touched. */
  #drain(): void {
    if (!this.#isChanging) this.inputs.drain();
  }

  async #exchangeBoard(sequence: number, image?: BoardImage): Promise<void> {
    this.#isChanging = true;
    this.stop();
    try {
      await this.#slot.exchange(sequence, image, () => {
        this.#wire();
        if (!this.#events.isShut) this.board.iommu?.tellPowerCycle();
      });
    } finally {
      this.#isChanging = false;
    }
    this.#drain();
  }

  #wire(): void {
    const { cpu, halted } = this.board.emulator;
    this.inputs.connect(this.board.emulator);
    this.board.share.onIdle = () => {
      if (!this.#isFollowing && !this.loop.isInTick) this.#listener.onTick();
    };
    this.board.notifications.onNotify = (endpoint, queue) => {
      if (!this.#isMoving && !this.#events.isShut) this.#listener.onNotification(endpoint, queue);
    };
    this.#events.leave();
    this.hearIommu();
    cpu.reboot_internal = () => this.#want('reboot');
    onPowerOff(cpu, () => this.#want('powered-off'));
    halted.on(() => this.#want('halted'));
  }

  /** Of what the guest does to its power in one tick the first counts. */
  #want(wish: PowerWish): void {
    this.#wish ??= wish;
  }
}
