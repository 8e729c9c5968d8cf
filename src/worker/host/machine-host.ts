// The machine's end of the worker: one guest at a time, watched, batched, and its failures put into words.

import { WasmStore } from '../../iommu/engine/wasm-store.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import { BootWatch } from '../../machine/boot-watch.ts';
import { DEFAULT_DETERMINISM } from '../../machine/plan/machine-options.ts';
import { Machine } from '../../machine/machine.ts';
import type { RogueRequest, RogueResult } from '../../machine/rogue-dma.ts';
import { ENDPOINTS, OUTSIDE } from '../../machine/plan/topology.ts';
import type {
  BootProgress,
  BootRequest,
  BootStage,
  ImageUrls,
  MachineApi,
  MachineBatch,
  MachineFailure,
  MachineInfo,
  MachineStatus,
} from '../api/api.ts';
import { BatchBuilder } from './batch-builder.ts';
import {
  CRASHED,
  NO_WEBASSEMBLY,
  POWERED_OFF,
  panicFailure,
  stageDetail,
  stallFailure,
  startFailure,
  SupersededError,
} from './boot-story.ts';
import { downloadImages, fetchFile, IMAGE_BYTES } from './image-download.ts';
import { demoShare } from '../../machine/images/demo-share.ts';
import { ConsoleSize } from './console-size.ts';
import { InstructionRate } from './instruction-rate.ts';

/** One frame of a 60 Hz screen: batches come no faster. */
const FRAME_MS = 16;
/** Silence of a starting guest after which the user is told. */
const STALL_MS = 45_000;
/** Time of the guest's that a panicking kernel gets to finish its report. */
const PANIC_MS = 1_000;
const MIB = 1 << 20;
const MAX_LISTED = 10_000;

type Listener = (batch: MachineBatch) => unknown;

function overtaken(cause?: unknown): SupersededError {
  return new SupersededError('A newer start has taken over.', { cause });
}

/** Implements `MachineApi` in the worker. */
export class MachineHost implements MachineApi {
  readonly #batch = new BatchBuilder();
  readonly #rate = new InstructionRate();
  readonly #size = new ConsoleSize();
  #listener: Listener = () => undefined;
  #isTicking = false;
  #machine: Machine | undefined;
  #watch = new BootWatch();
  #status: MachineStatus = 'loading';
  #stage: BootStage = 'download';
  #loadedBytes = 0;
  #failure: MachineFailure | null = null;
  #askedAt = 0;
  #lastOutputMs = 0;
  /** When the panic was seen, in the guest's time. */
  #panickedMs: number | undefined;
  /** Counts starts: an older one that is still loading gives up when it sees a newer. */
  #starts = 0;

  async listen(listener: Listener): Promise<void> {
    this.#listener = listener;
    if (!this.#isTicking) void this.#tick();
  }

  async boot(request: BootRequest, images: ImageUrls): Promise<MachineInfo> {
    const start = ++this.#starts;
    this.#status = 'loading';
    this.#failure = null;
    this.#loadedBytes = 0;
    this.#stage = 'download';
    this.#askedAt = performance.now();
    try {
      const old = this.#machine;
      this.#machine = undefined;
      await old?.dispose();
      const machine = await this.#build(request, images, () => start === this.#starts);
      if (start !== this.#starts) {
        await machine.dispose();
        throw overtaken();
      }
      this.#adopt(machine);
      return {
        endpoints: ENDPOINTS,
        outside: OUTSIDE,
        memoryBytes: request.memoryMiB * MIB,
      };
    } catch (error) {
      if (start !== this.#starts) throw overtaken(error);
      this.#status = 'failed';
      this.#failure = typeof WebAssembly === 'object' ? startFailure(error) : NO_WEBASSEMBLY;
      throw error;
    }
  }

  async pause(): Promise<void> {
    if (this.#status !== 'running') return;
    await this.#machine?.pause();
    // It may have failed or been started anew meanwhile.
    if (this.#isStatus('running')) this.#status = 'paused';
  }

  async resume(): Promise<void> {
    if (this.#status !== 'paused') return;
    this.#machine?.run();
    this.#status = 'running';
  }

  async reset(): Promise<void> {
    if (this.#machine === undefined) throw new Error('There is no machine to reset yet.');
    await this.#machine.powerCycle();
  }

  async type(text: string): Promise<void> {
    this.#machine?.console.send(text);
  }

  async resizeConsole(columns: number, rows: number): Promise<void> {
    this.#size.resize(columns, rows);
  }

  async rogueDma(request: RogueRequest): Promise<RogueResult> {
    if (this.#machine === undefined) throw new Error('The machine is not started yet.');
    return this.#machine.rogueDma(request);
  }

  async listMappings(domain: number, from: bigint, limit: number): Promise<readonly Mapping[]> {
    const bounded = Math.max(1, Math.min(limit, MAX_LISTED));
    return this.#machine?.iommu?.mappings(domain, from, bounded) ?? [];
  }

  /** `isCurrent` tells whether no newer start has taken over, whose progress it is then. */
  async #build(request: BootRequest, urls: ImageUrls, isCurrent: () => boolean): Promise<Machine> {
    const onExtra = (bytes: number): void => {
      if (isCurrent()) this.#loadedBytes += bytes;
    };
    let imageBytes = 0;
    const [v86Wasm, storeWasm, images] = await Promise.all([
      fetchFile(urls.v86Wasm, onExtra).then((bytes) => WebAssembly.compile(bytes)),
      fetchFile(urls.storeWasm, onExtra).then((bytes) => WebAssembly.compile(bytes)),
      downloadImages(
        urls,
        (loaded) => {
          onExtra(loaded - imageBytes);
          imageBytes = loaded;
        },
        () => {
          if (isCurrent()) this.#stage = 'verify';
        },
      ),
    ]);
    return Machine.create({
      images,
      v86Wasm,
      createStore: () => new WasmStore(storeWasm),
      memoryMiB: request.memoryMiB,
      iommu: request.iommu,
      iommuOptions: { bootBypass: request.bootBypass },
      reservedRegions: {},
      tables: 'viot',
      append: request.append,
      share: demoShare(),
      determinism: DEFAULT_DETERMINISM,
      pace: 'real',
      keepsLog: true,
    });
  }

  #adopt(machine: Machine): void {
    this.#machine = machine;
    this.#begin();
    machine.console.onOutput((bytes) => {
      this.#batch.addConsole(bytes);
      this.#watch.take(bytes);
      this.#lastOutputMs = machine.timeMs;
    });
    this.#size.follow(machine.agent);
    machine.onEvent((event) => this.#batch.addEvent(event));
    machine.onPower((event) => {
      if (event === 'powered-off') {
        this.#failure = POWERED_OFF;
        this.#status = 'failed';
        return;
      }
      if (event === 'crashed') {
        this.#failure = CRASHED;
        this.#status = 'failed';
        return;
      }
      this.#askedAt = performance.now();
      this.#begin();
    });
    machine.run();
  }

  #isStatus(status: MachineStatus): boolean {
    return this.#status === status;
  }

  #begin(): void {
    this.#watch = new BootWatch();
    this.#rate.forget();
    this.#size.restart();
    this.#lastOutputMs = 0;
    this.#panickedMs = undefined;
    this.#failure = null;
    this.#status = 'running';
  }

  /** Looks after the guest, sends a batch, and waits until the page has taken it before the next. */
  async #tick(): Promise<void> {
    this.#isTicking = true;
    for (;;) {
      await this.#supervise();
      try {
        await this.#listener(this.#compose());
      } catch {
        // A page that can not take a batch gets the next one.
      }
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  }

  async #supervise(): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined || this.#status !== 'running') return;
    const { stage, panic, isPanicOver, tail } = this.#watch;
    this.#stage = stage;
    if (panic !== undefined) {
      this.#panickedMs ??= machine.timeMs;
      if (!isPanicOver && machine.timeMs - this.#panickedMs < PANIC_MS) return;
      this.#failure = panicFailure(panic, tail);
      this.#status = 'failed';
      await machine.pause();
      return;
    }
    const silence = machine.timeMs - this.#lastOutputMs;
    const isStalled = stage !== 'ready' && silence > STALL_MS;
    this.#failure = isStalled ? stallFailure(Math.floor(silence / 1000), tail) : null;
  }

  #compose(): MachineBatch {
    const machine = this.#machine;
    return {
      status: this.#status,
      progress: this.#progress(),
      failure: this.#failure,
      ...this.#batch.take(),
      state: machine?.iommu?.state() ?? null,
      timeMs: machine?.timeMs ?? 0,
      mips: this.#rate.measure(machine, performance.now()),
    };
  }

  #progress(): BootProgress {
    const isLoading = this.#stage === 'download';
    return {
      stage: this.#stage,
      detail: stageDetail(this.#stage),
      loadedBytes: isLoading ? this.#loadedBytes : 0,
      totalBytes: isLoading ? Math.max(IMAGE_BYTES, this.#loadedBytes) : 0,
      elapsedMs: performance.now() - this.#askedAt,
    };
  }
}
