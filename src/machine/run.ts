// One run of the PC: the board that is powered on, the ticks it makes, what the host does to it between them, and the log
// of all that. The machine decides when it runs; the run knows where it is.

import type { RecordedEvent } from '../trace/recorded-event.ts';
import { createBoard, createDisks, type Board, type Disks } from './board.ts';
import { GuestLoop } from './guest-loop.ts';
import { loadedImages } from './images/deferred-images.ts';
import type { PlannedMachine } from './plan/machine-options.ts';
import type { Input, LoggedInput } from './recording/input.ts';
import { RunLog } from './recording/run-log.ts';
import { rogueDma } from './rogue-dma.ts';
import type { PowerWish, RunListener, RunPosition, RunState, Way } from './run-state.ts';
import { BoardImages, type BoardImage } from './snapshot/board-image.ts';
import { endEmulator, type PowerOnImages, type PutBackImages } from './v86/emulator.ts';
import { forgetCode } from './v86/emulator-image.ts';
import { onPowerOff } from './v86/firmware.ts';
import { HOST_TIMERS } from './v86/host-timers.ts';
import { SerialPort } from './v86/serial-port.ts';

/** Milliseconds of the host's that are followed before the host may look after everything else. */
const SLICE_MS = 20;

/** A CPU that failed is asked again after so many milliseconds, to find that it is stopped. */
const CRASH_PAUSE_MS = 10;

export class Run {
  readonly console = new SerialPort((bytes) => this.input({ kind: 'console', bytes }));
  readonly agent = new SerialPort((bytes) => this.input({ kind: 'agent', bytes }));
  readonly loop: GuestLoop;
  readonly log = new RunLog();
  readonly #options: PlannedMachine;
  readonly #listener: RunListener;
  readonly #disks: Disks;
  readonly #images = new BoardImages();
  #board: Board;
  #life = 0;
  #earlierMs = 0;
  #wish: PowerWish | undefined;
  /** The board is being exchanged, or the guest's wish is open: what the host does meanwhile waits. */
  #isChanging = false;
  #waiting: Input[] = [];
  /** Ends listening to the board's IOMMU. */
  #deafen: (() => void) | undefined;
  /** A board is put back to where it was, which is no event of the guest's. */
  #isPuttingBack = false;
  /** The run follows a log: what the guest wishes is granted where it stands there. */
  #isFollowing = false;
  #isMuted = false;

  private constructor(options: PlannedMachine, listener: RunListener, disks: Disks, board: Board) {
    this.#options = options;
    this.#listener = listener;
    this.#disks = disks;
    this.#board = board;
    this.loop = new GuestLoop(
      {
        tick: () => this.#tick(),
        afterTick: () => this.#afterTick(),
        passIdle: (ms) => this.#board.emulator.clock.passIdle(ms),
        isBusyElsewhere: () => this.#board.share.isPending,
        timers: HOST_TIMERS,
      },
      options.pace,
    );
    if (options.keepsLog) this.console.tap((bytes) => this.log.addConsole(bytes));
    this.#wire();
  }

  /** Powers a PC on, stopped before its first instruction. Rejects when the emulator can not be started. */
  static async begin(
    options: PlannedMachine,
    images: PowerOnImages | PutBackImages,
    listener: RunListener,
    { life, earlierMs: ranMs } = { life: 0, earlierMs: 0 },
  ): Promise<Run> {
    const disks = createDisks(options.images.disk);
    const board = await createBoard(options, disks, { sequence: 0, ranMs, life, images });
    return new Run(options, listener, disks, board);
  }

  /** Goes on where a run was, stopped. Rejects as `begin` does, and when a device can not read its part. */
  static async resume(
    options: PlannedMachine,
    state: RunState,
    listener: RunListener,
  ): Promise<Run> {
    const run = await Run.begin(options, state.board.emulator.leftovers, listener, state);
    run.#count(state);
    run.log.restore(state.log);
    run.#isPuttingBack = true;
    try {
      run.#images.put(run.#board, run.#disks, state.board);
      return run;
    } catch (error) {
      await run.end();
      throw error;
    } finally {
      run.#isPuttingBack = false;
    }
  }

  get board(): Board {
    return this.#board;
  }

  /** Milliseconds of guest time in all, power cycles included. */
  get ranMs(): number {
    return this.#earlierMs + this.#board.emulator.clock.nowMs;
  }

  /** Whether the host can not touch the machine now: the guest is amid an instruction, power is off, or a log is followed. */
  get isBusy(): boolean {
    return this.loop.isInTick || this.#isChanging || this.#isFollowing;
  }

  /** Whether the board is being exchanged. */
  get isChanging(): boolean {
    return this.#isChanging;
  }

  start(): void {
    this.#drain();
    this.#board.emulator.clock.setRunning(true);
    this.loop.run();
  }

  /** Stops before the next tick. */
  stop(): void {
    this.loop.stop();
    this.#board.emulator.clock.setRunning(false);
  }

  /** Something the host does: at once where the machine can be touched, else as soon as it can. */
  input(input: Input): void {
    if (this.isBusy) {
      this.#waiting.push(input);
      return;
    }
    this.note(input);
    this.deliver(input);
  }

  /** The host touches the machine here. */
  note(input: Input): void {
    this.#listener.onTouch();
    const { tick, idleUs } = this.loop.touch();
    if (this.#options.keepsLog) this.log.addInput({ tick, idleUs, input });
  }

  /** Puts what is typed on its line; other inputs are not delivered. */
  deliver(input: Input): void {
    if (input.kind !== 'console' && input.kind !== 'agent') return;
    const port = input.kind === 'console' ? this.console : this.agent;
    this.#board.emulator.onGuestTime(() => port.deliver(input.bytes));
  }

  /** Another board in place of this one, as if power had been off: everything but the disks starts afresh. */
  async powerOn(): Promise<void> {
    this.#earlierMs += this.#board.emulator.clock.nowMs;
    this.#life += 1;
    this.loop.restore({ ticks: this.loop.ticks, idleMs: 0 });
    await this.#exchangeBoard(this.#board.iommu?.sequence ?? 0);
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
      life: this.#life,
      earlierMs: this.#earlierMs,
      loop: this.loop.save(),
      board: this.#images.take(this.#board, this.#disks, before?.board),
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
    this.#isPuttingBack = true;
    this.#count(place);
    this.log.rewind(place.reached);
    try {
      await this.#exchangeBoard(0, place.board);
    } finally {
      this.#isPuttingBack = false;
    }
  }

  /** Puts the run to its first power on: the disks, too, are what they were. */
  async restart(): Promise<void> {
    this.stop();
    this.#isPuttingBack = true;
    this.#life = 0;
    this.#earlierMs = 0;
    this.loop.restore({ ticks: 0, idleMs: 0 });
    this.log.restore(new RunLog().save());
    this.#disks.virtio.restore([]);
    this.#disks.ide.set(this.#disks.image);
    try {
      await this.#exchangeBoard(0);
    } finally {
      this.#isPuttingBack = false;
    }
  }

  /**
   * Goes the way of a log from here on, as fast as it can, until `isThere` says so: it is asked at the start, after each
   * tick and after each input. The machine stands still then. Resolves with whether it got there before the way ended.
   */
  async follow({ inputs, ticks }: Way, isThere: () => boolean): Promise<boolean> {
    this.#isFollowing = true;
    try {
      let next = this.log.inputs.length;
      let sliceEnd = HOST_TIMERS.now() + SLICE_MS;
      while (!isThere()) {
        const input = inputs[next];
        if (input !== undefined && input.tick <= this.loop.ticks) {
          await this.#redo(input);
          next += 1;
          continue;
        }
        if (this.loop.ticks >= ticks) return false;
        this.loop.step();
        await this.settle();
        await this.#followPower();
        if (HOST_TIMERS.now() < sliceEnd) continue;
        await new Promise<void>((resolve) => HOST_TIMERS.soon(resolve));
        sliceEnd = HOST_TIMERS.now() + SLICE_MS;
      }
      return true;
    } finally {
      this.#isFollowing = false;
    }
  }

  /** Resolves when the shared folder has answered all that it was asked: then the tick is over for the guest, too. */
  async settle(): Promise<void> {
    while (this.#board.share.isPending) {
      await new Promise<void>((resolve) => HOST_TIMERS.soon(resolve));
    }
  }

  /** Keeps what happens from those who listen, or no longer. */
  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.console.isMuted = isMuted;
    this.agent.isMuted = isMuted;
  }

  async end(): Promise<void> {
    this.stop();
    await endEmulator(this.#board.emulator);
  }

  /** Listens to the board's IOMMU as long as somebody wants to know; to be called when that has changed. */
  hearIommu(): void {
    if (!this.#options.keepsLog && !this.#listener.hearsEvents()) {
      this.#deafen?.();
      this.#deafen = undefined;
      return;
    }
    const { iommu, emulator } = this.#board;
    this.#deafen ??= iommu?.onEvent((event) => {
      if (this.#isPuttingBack) return;
      const { nowMs, instructions } = emulator.clock;
      const recorded: RecordedEvent = { timeMs: nowMs, instructions, event };
      if (this.#options.keepsLog) this.log.addEvent(recorded);
      if (!this.#isMuted) this.#listener.onEvent(recorded);
    });
  }

  /** Runs one tick of the guest; an exception that reached v86's main loop ends the machine. */
  #tick(): number {
    const { cpu, onGuestTime } = this.#board.emulator;
    try {
      return onGuestTime(() => cpu.main_loop());
    } catch {
      this.#want('crashed');
      return CRASH_PAUSE_MS;
    }
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
    this.console.flush();
    this.agent.flush();
    if (this.#isFollowing) return;
    // What the shared folder still answers is part of this moment.
    if (!this.#board.share.isPending) this.#listener.onTick();
  }

  /** Does what the host did here before. */
  async #redo(logged: LoggedInput): Promise<void> {
    const { input, idleUs } = logged;
    this.loop.passIdle(idleUs);
    this.log.addInput(logged);
    const { emulator } = this.#board;
    switch (input.kind) {
      case 'console':
      case 'agent':
        this.deliver(input);
        break;
      case 'access':
        emulator.onGuestTime(() => rogueDma(this.#board, input.request));
        break;
      case 'power-cycle':
        await this.#followPower('reboot');
        break;
      case 'forget-code':
        forgetCode(emulator);
        break;
    }
  }

  /** Does what was done to the power in what is followed, by the guest if nothing is said, and tells it. */
  async #followPower(wish = this.#wish): Promise<void> {
    this.#wish = undefined;
    if (wish === 'reboot') await this.powerOn();
    if (wish !== undefined && !this.#isMuted) this.#listener.onPowerFollowed(wish);
  }

  /** Does what the host wanted while the machine could not be touched. */
  #drain(): void {
    if (this.#isChanging) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) this.input(input);
  }

  async #exchangeBoard(sequence: number, image?: BoardImage): Promise<void> {
    this.#isChanging = true;
    this.stop();
    try {
      const images = image?.emulator.leftovers ?? (await loadedImages(this.#options.images));
      await endEmulator(this.#board.emulator);
      this.#board = await createBoard(this.#options, this.#disks, {
        sequence,
        ranMs: this.#earlierMs,
        life: this.#life,
        images,
      });
      this.#wire();
      if (!this.#isPuttingBack) this.#board.iommu?.tellPowerCycle();
      if (image !== undefined) this.#images.put(this.#board, this.#disks, image);
    } finally {
      this.#isChanging = false;
    }
    this.#drain();
  }

  /** Counts on from a place. */
  #count({ life, earlierMs, loop }: RunPosition): void {
    this.#life = life;
    this.#earlierMs = earlierMs;
    this.loop.restore(loop);
  }

  #wire(): void {
    const { v86, cpu, halted } = this.#board.emulator;
    this.console.connect(v86, 0);
    this.agent.connect(v86, 1);
    this.#deafen = undefined;
    this.#board.share.onIdle = () => {
      if (!this.#isFollowing && !this.loop.isInTick) this.#listener.onTick();
    };
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
