// One guest of the DMA benchmark: stands still but for its own reads, which are timed by the host.

import { GuestSession, type GuestSessionOptions } from '../../src/guest/testing.ts';
import { DISK_BYTES, SET_UP, SHARED_BYTES, SHARED_FILE, type GuestRead } from './dma-reads.ts';
import { streamBytes } from '../../src/machine/v86/http-server.ts';

/**
 * No IOMMU; translation that is invalidated late (`iommu.strict=0`), or at once; the latter with every event kept, and with
 * who asked for it, too.
 */
export const DMA_MODES = ['off', 'lazy', 'strict', 'recorded', 'traced'] as const;
export type DmaMode = (typeof DMA_MODES)[number];

const OPTIONS: Readonly<Record<DmaMode, GuestSessionOptions>> = {
  off: { iommu: 'off', recordsEvents: false },
  lazy: { append: 'iommu.strict=0', recordsEvents: false },
  strict: { append: 'iommu.strict=1', recordsEvents: false },
  recorded: { append: 'iommu.strict=1', recordsWho: false },
  traced: { append: 'iommu.strict=1' },
};

export function isDmaMode(word: string | undefined): word is DmaMode {
  return DMA_MODES.some((mode) => mode === word);
}

/** What the guest prints on its console right before and right after a read. */
const BEGIN = 'dma-read-begins';
const END = 'dma-read-ends';

const MILLION = 1e6;

/** What a read took between the two marks. */
interface ReadCost {
  readonly seconds: number;
  /** Of all threads of this process: V8's compilers and garbage collectors, too. */
  readonly cpuSeconds: number;
  /** What the guest executed. */
  readonly instructions: number;
}

/** What a read took in all. */
export interface Measurement extends ReadCost {
  /** Requests that the IOMMU answered; 0 without one. */
  readonly requests: number;
}

/** What the clocks show at one moment. */
interface Reading {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly instructions: number;
}

/** The clocks of host and guest at the console marks of the latest read. */
class MarkClock {
  #text = '';
  #begin: Reading | undefined;
  #end: Reading | undefined;
  readonly #decoder = new TextDecoder();

  /** Takes what the console printed when the guest had executed `instructions`. */
  take(bytes: Uint8Array, instructions: number): void {
    const { user, system } = process.cpuUsage();
    const seconds = performance.now() / 1000;
    const reading = { seconds, cpuSeconds: (user + system) / MILLION, instructions };
    this.#text += this.#decoder.decode(bytes, { stream: true });
    if (this.#text.includes(BEGIN)) this.#begin ??= reading;
    if (this.#text.includes(END)) this.#end ??= reading;
  }

  start(): void {
    this.#text = '';
    this.#begin = undefined;
    this.#end = undefined;
  }

  /** Throws `Error` when a mark is missing. */
  get cost(): ReadCost {
    const [begin, end] = [this.#begin, this.#end];
    if (begin === undefined || end === undefined) {
      throw new Error('the guest did not say when its read began and ended');
    }
    return {
      seconds: end.seconds - begin.seconds,
      cpuSeconds: end.cpuSeconds - begin.cpuSeconds,
      instructions: end.instructions - begin.instructions,
    };
  }
}

export class DmaGuest {
  readonly #session: GuestSession;
  readonly #clock: MarkClock;

  private constructor(session: GuestSession, clock: MarkClock) {
    this.#session = session;
    this.#clock = clock;
  }

  /** A guest that is ready to read, and stands still. */
  static async boot(mode: DmaMode): Promise<DmaGuest> {
    const clock = new MarkClock();
    const session = await GuestSession.create({
      ...OPTIONS[mode],
      keepsLog: false,
      disk: streamBytes(DISK_BYTES),
      share: { [SHARED_FILE]: streamBytes(SHARED_BYTES) },
      onConsole: (bytes) => clock.take(bytes, session.instructions),
    });
    const guest = new DmaGuest(session, clock);
    try {
      session.start();
      await session.waitForBoot();
      await guest.#run(SET_UP);
      await session.pause();
      return guest;
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /** Reads once. The guest stands still before and afterwards. Rejects with `Error` when the read fails. */
  async read({ prepare, command }: GuestRead): Promise<Measurement> {
    this.#clock.start();
    const requestsBefore = this.#requests;
    this.#session.start();
    const mark = (text: string): string => `echo ${text} >/dev/ttyS0`;
    await this.#run(`${prepare}; ${mark(BEGIN)}; ${command} && ${mark(END)}`);
    await this.#session.pause();
    return { ...this.#clock.cost, requests: this.#requests - requestsBefore };
  }

  /** Requests since the guest was switched on: every event but a fault is one, and faults there are none. */
  get #requests(): number {
    const { iommu } = this.#session;
    return iommu.isPresent ? iommu.state().sequence : 0;
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  async #run(command: string): Promise<void> {
    const { exitCode, output } = await this.#session.run(command);
    if (exitCode !== 0) throw new Error(`the guest failed at "${command}": ${output}`);
  }
}
