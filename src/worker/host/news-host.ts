// Tells the page what the machine does, at most once a frame. A machine whose page does not keep up waits for it.

import { transfer } from 'comlink';
import type { Dispose, Emitter } from '../../base/emitter.ts';
import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import type { MachineBatch, NewsApi, Preview } from '../api/news.ts';
import type { MachineStatus } from '../api/power.ts';
import { ConsoleNews } from './console-news.ts';
import { InstructionRate } from './instruction-rate.ts';
import { MAX_EVENTS } from './life-history.ts';
import type { MachineLife } from './machine-life.ts';
import { RecordTeller, type ToldLife } from './record-teller.ts';

/** One frame of a 60 Hz screen: batches come no faster. */
const FRAME_MS = 16;
/** While there is more than one batch to tell: the page takes a batch in parts of a frame, and draws in between. */
const NEXT_MS = 4;
/** And no slower, when there is nothing to tell but counters and the time. */
const QUIET_MS = 500;
/** An idle guest shall leave the host alone: of one that executes less, the page is told with the tick that begins a second on its clock. */
const IDLE_MIPS = 0.5;
const SECOND_MS = 1000;
/** Until it is told of one without ticks. */
const STANDING_MS = 2000;
/**
 * Events that a page may be behind by while the machine goes on: some tenths of a second of a busy guest. The worker's record has
 * room for them and for as many more, which one tick may make.
 */
const MAX_BEHIND = 2 * MAX_EVENTS;

/** What is used of a machine. */
export interface NewsMachine {
  readonly iommu:
    | { readonly sequence: number; state(): NonNullable<MachineBatch['state']> }
    | undefined;
  readonly console: { onOutput(listener: (bytes: Uint8Array) => void): Dispose };
  /** Milliseconds and instructions since power on. */
  readonly timeMs: number;
  readonly instructions: number;
  /** Milliseconds since the machine was built. */
  readonly ranMs: number;
  watch(watcher: { request(): void; other(): void }): Dispose;
  onTick(listener: () => void): Dispose;
  setWaiting(isWaiting: boolean): void;
}

/** What is used of its life. */
export interface NewsLife
  extends ToldLife, Pick<MachineLife, 'isStarting' | 'story' | 'changed' | 'supervise' | 'report'> {
  readonly machine: NewsMachine | undefined;
  readonly adopted: Pick<Emitter<NewsMachine>, 'on'>;
  readonly witnessed: Pick<
    Emitter<Pick<BootStory, 'console'> & { readonly isTold: boolean }>,
    'on'
  >;
}

type Listener = (batch: MachineBatch) => unknown;

export class NewsHost implements NewsApi {
  readonly #life: NewsLife;
  readonly #console = new ConsoleNews();
  readonly #teller: RecordTeller;
  readonly #rate = new InstructionRate();
  #listener: Listener = () => undefined;
  #isTicking = false;
  /** Ends the wait for news. */
  #wake: () => void = () => undefined;
  #told: MachineStatus | undefined;
  #mips = 0;
  /** On the machine's clock, when the page was told last. */
  #toldSecond = 0;
  /** Who waits until the page has the news of now. */
  #waiting: (() => void)[] = [];

  constructor(life: NewsLife) {
    this.#life = life;
    this.#teller = new RecordTeller(life);
    life.adopted.on((machine) => {
      machine.console.onOutput((bytes) => {
        this.#console.add(bytes);
        this.#wake();
      });
      machine.watch({ request: () => this.#wake(), other: () => this.#wake() });
      machine.onTick(() => {
        if (this.#isIdle && secondOf(machine) !== this.#toldSecond) this.#wake();
        if (this.#isTicking && this.#teller.behind > MAX_BEHIND) machine.setWaiting(true);
      });
    });
    life.previewed.on(({ info, story }) => {
      this.#takeConsole(story);
      // At once: what follows takes the worker's whole time.
      void this.#tell({ info });
    });
    life.witnessed.on(({ isTold, ...story }) => {
      if (!isTold) this.#takeConsole(story);
    });
    life.changed.on(() => this.#wake());
    life.poweredOn.on(({ byGuest }) => {
      this.#rate.forget();
      if (!byGuest) this.#console.forget();
    });
  }

  async listen(listener: Listener): Promise<void> {
    this.#listener = listener;
    if (!this.#isTicking) void this.#tick();
  }

  /** Resolves when the page has taken the news of now, if there is one. */
  async told(): Promise<void> {
    if (!this.#isTicking) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  /** Looks after the guest, sends a batch, and waits until the page has taken it before the next. */
  async #tick(): Promise<void> {
    this.#isTicking = true;
    for (;;) {
      await this.#life.supervise();
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#tell();
      for (const resolve of waiting) resolve();
      if (this.#teller.behind <= MAX_BEHIND) this.#life.machine?.setWaiting(false);
      const toldMs = performance.now();
      await this.#untilNews();
      const restMs = this.#teller.behind > this.#teller.room ? NEXT_MS : FRAME_MS;
      const leftMs = toldMs + restMs - performance.now();
      // At rest that is over by far: no other task for it
      if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
    }
  }

  /** Takes what the guest's console has printed already for news. */
  #takeConsole({ console }: Pick<BootStory, 'console'>): void {
    this.#console.begin();
    this.#console.add(console);
  }

  /** Resolves when the page has taken the batch. */
  async #tell(preview?: Preview): Promise<void> {
    try {
      const batch = this.#compose();
      const told = preview === undefined ? batch : { ...batch, preview };
      await this.#listener(transfer(told, buffersOf(told)));
    } catch {
      // A page that can not take a batch gets the next one.
    }
  }

  async #untilNews(): Promise<void> {
    const { isStarting, status } = this.#life;
    const hasNews = this.#console.hasNews || this.#teller.hasNews;
    if (isStarting || status !== this.#told || hasNews || this.#waiting.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#quietMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  /** Milliseconds until the page is told again, whatever happens. */
  get #quietMs(): number {
    return this.#isIdle ? STANDING_MS : QUIET_MS;
  }

  get #isIdle(): boolean {
    return this.#life.machine !== undefined && this.#mips < IDLE_MIPS;
  }

  #compose(): MachineBatch & { readonly console: Uint8Array<ArrayBuffer> } {
    const { machine, status, story } = this.#life;
    this.#told = status;
    this.#toldSecond = machine === undefined ? 0 : secondOf(machine);
    this.#mips = this.#rate.measure(machine, performance.now());
    return {
      ...this.#life.report(),
      ...this.#console.take(),
      ...this.#teller.take(),
      state: machine?.iommu?.state() ?? story?.state ?? null,
      timeMs: machine?.timeMs ?? story?.timeMs ?? 0,
      ranMs: machine?.ranMs ?? story?.timeMs ?? 0,
      mips: this.#mips,
    };
  }
}

function secondOf({ timeMs }: Pick<NewsMachine, 'timeMs'>): number {
  return Math.floor(timeMs / SECOND_MS);
}

/** What travels as it is, without a copy: nobody here has it afterwards. */
function buffersOf({
  record,
  console,
}: Pick<MachineBatch, 'record'> & { readonly console: Uint8Array<ArrayBuffer> }): ArrayBuffer[] {
  return [console.buffer, ...record.flatMap(({ columns, requests }) => [columns, requests])];
}
