// The machine's power, as the page knows it: started, paused, reset; how far it is, and what is wrong with it.

import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { StartMachine } from '../../src/worker/api/client.ts';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import type {
  BootProgress,
  BootRequest,
  ImageUrls,
  IommuMode,
  MachineFailure,
  MachineInfo,
  MachineStatus,
} from '../../src/worker/api/power.ts';
import { whyNotReady } from '../format/readiness.ts';
import type { MachineClock } from '../model/views.ts';
import { SILENT_CHECKS, SilenceWatch } from '../model/silence-watch.ts';
import type { Move } from './address/move.ts';
import { missingWebAssembly } from './web-assembly.ts';
import { WorkerLink, type WorkerApi } from './worker-link.ts';

const FIRST_PROGRESS: BootProgress = {
  stage: 'download',
  detail: 'Starting the machine’s worker',
  loadedBytes: 0,
  totalBytes: 0,
  elapsedMs: 0,
};

/** What a machine is started with. */
export interface PowerPorts {
  readonly start: StartMachine;
  readonly images: ImageUrls;
  /** What the page's address asks for; any machine if left out. */
  readonly asked?: BootRequest;
}

/** The usual machine, as its snapshot has it. */
const ANY_MACHINE: BootRequest = { plan: {}, iommu: null };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export class Power {
  /** A machine starts from nothing: what was known of the one before is history. */
  readonly restarted = new Emitter<void>();
  /** A fresh worker is there; no machine yet. */
  readonly connected = new Emitter<void>();
  /** The machine goes on after a pause, or from where it was restored. */
  readonly resumed = new Emitter<void>();
  /** The guest starts over by its own wish: what was known of its devices is history. */
  readonly rebooted = new Emitter<void>();
  /** News of the machine. */
  readonly batches = new Emitter<MachineBatch>();
  /** Another machine was chosen. */
  readonly chosen = new Emitter<Move>();

  readonly #status = signal<MachineStatus>('loading');
  readonly #progress = signal<BootProgress>(FIRST_PROGRESS);
  readonly #failure = signal<MachineFailure | null>(null);
  readonly #info = signal<MachineInfo | null>(null);
  readonly #clock = signal<MachineClock>({ timeMs: 0, ranMs: 0, mips: 0 });
  readonly #mode = signal<IommuMode>('translated');
  readonly #images: ImageUrls;
  readonly #asked: Signal<BootRequest>;
  readonly #link: WorkerLink;
  readonly #silence = new SilenceWatch();
  #isSilent = false;
  /** The guest's life that is shown, and the last one that is history: what the worker still says of it is dropped. */
  #life = 0;
  #lastGone = 0;
  /** Counts starts from nothing. */
  #starts = 0;
  /** What went wrong on this side of the border; stays until the next start. */
  #ownFailure: MachineFailure | null = null;

  /** Why the guest cannot be used now, in words; null when it can. */
  readonly notReady = computed(() =>
    whyNotReady(this.#status.value, this.#progress.value.stage, this.#failure.value),
  );

  constructor({ start, images, asked = ANY_MACHINE }: PowerPorts) {
    this.#images = images;
    this.#asked = signal(asked);
    this.#link = new WorkerLink(start, {
      onBatch: (batch) => this.#accept(batch),
      onCrash: ({ kind, message }) => this.#fail(kind, message),
    });
  }

  /** Why commands of the project's guest cannot be typed now, in words; null when they can. */
  readonly noCommands = computed(() =>
    this.#info.value === null || this.#info.value.plan.images.initrd === 'project'
      ? this.notReady.value
      : 'This PC runs your own initrd, which may not have these commands',
  );

  get status(): ReadonlySignal<MachineStatus> {
    return this.#status;
  }
  get progress(): ReadonlySignal<BootProgress> {
    return this.#progress;
  }
  get failure(): ReadonlySignal<MachineFailure | null> {
    return this.#failure;
  }
  get info(): ReadonlySignal<MachineInfo | null> {
    return this.#info;
  }
  get clock(): ReadonlySignal<MachineClock> {
    return this.#clock;
  }
  get mode(): ReadonlySignal<IommuMode> {
    return this.#mode;
  }

  /** The machine that was asked for. */
  get asked(): ReadonlySignal<BootRequest> {
    return this.#asked;
  }

  /** Whether the guest's prompt is there. */
  get isReady(): boolean {
    return this.#progress.value.stage === 'ready' && this.#status.value !== 'failed';
  }

  /** Another text for each life of a guest that is shown. */
  get life(): string {
    return `${this.#starts}.${this.#life}`;
  }

  /** The worker's calls; null while there is no worker. */
  get api(): WorkerApi | null {
    return this.#link.api;
  }

  /**
   * Starts a machine in a fresh worker; the one before is gone. It is as was asked for, but for the mode. Failures become
   * `failure`.
   */
  async start(mode?: IommuMode): Promise<void> {
    this.#link.close();
    // Another worker counts from the beginning.
    this.#life = 0;
    this.#silence.restart();
    if (mode !== undefined) this.#mode.value = mode;
    this.#forgetMachine(null);
    const missing = missingWebAssembly();
    if (missing !== undefined) {
      this.#fail('no-webassembly', missing);
      return;
    }
    const opened = this.#link.open();
    const isCurrent = this.#link.sameWorker();
    try {
      const api = await opened;
      if (api === null) return;
      this.connected.emit();
      const asked = this.#asked.peek();
      const info = await api.power.boot({ ...asked, iommu: mode ?? asked.iommu }, this.#images);
      if (!isCurrent()) return;
      this.#info.value = info;
      this.#mode.value = info.iommu;
    } catch (error) {
      if (isCurrent() && this.#failure.value === null) this.#fail('internal', messageOf(error));
    }
  }

  /** Starts another machine, as `start` does; `mode`: how DMA goes, where that is known already. */
  async choose(request: BootRequest, mode?: IommuMode): Promise<void> {
    this.#asked.value = request;
    this.chosen.emit('replace');
    await this.start(mode);
  }

  /** Starts the machine that was asked for afresh, with DMA going this way. */
  async switchMode(mode: IommuMode): Promise<void> {
    this.#asked.value = { ...this.#asked.peek(), iommu: mode };
    this.chosen.emit('replace');
    await this.start(mode);
  }

  /** Starts the machine that was asked for from power-on, in a fresh worker. */
  async restart(): Promise<void> {
    // With a mode that was chosen the usual machine is not taken from its snapshot.
    await this.start(typeof this.#asked.peek().plan === 'string' ? undefined : this.#mode.value);
  }

  /** Starts the usual machine, from its snapshot. */
  async startUsual(): Promise<void> {
    await this.choose(ANY_MACHINE);
  }

  /** Another machine takes the place of this one, in the same worker. */
  exchange(info: MachineInfo): void {
    this.#forgetMachine(info);
    this.#mode.value = info.iommu;
  }

  /** To be called once a second: says so when the worker hangs, and takes it back when it goes on. */
  checkWorker(): void {
    if (!this.#silence.check() || this.#ownFailure !== null) return;
    this.#isSilent = true;
    this.#fail('no-answer', `The PC has not answered for ${SILENT_CHECKS} seconds.`);
  }

  async pause(): Promise<void> {
    await this.attempt((api) => api.power.pause());
  }

  async resume(): Promise<void> {
    const isCurrent = this.#link.sameWorker();
    await this.attempt((api) => api.power.resume());
    if (isCurrent()) this.resumed.emit();
  }

  /** Power cycle. A failed machine gets a fresh worker. */
  async reset(): Promise<void> {
    // A machine that is still being loaded cannot be power cycled; loading starts over.
    const isLoaded =
      this.api !== null && this.#info.value !== null && this.#status.value !== 'restoring';
    if (this.#failure.value !== null || !isLoaded) {
      await this.restart();
      return;
    }
    this.#forgetMachine(this.#info.value);
    await this.attempt((api) => api.power.reset());
  }

  /** Asks the worker for something, if there is one; its error becomes `failure`. */
  async attempt(action: (api: WorkerApi) => Promise<void>): Promise<void> {
    const { api } = this;
    if (api === null) return;
    const isCurrent = this.#link.sameWorker();
    try {
      await action(api);
    } catch (error) {
      if (isCurrent()) this.#fail('internal', messageOf(error));
    }
  }

  #fail(kind: MachineFailure['kind'], message: string): void {
    this.#ownFailure = { kind, message, consoleTail: [] };
    this.#status.value = 'failed';
    this.#failure.value = this.#ownFailure;
  }

  #forgetMachine(info: MachineInfo | null): void {
    this.#lastGone = this.#life;
    this.#starts += 1;
    this.#status.value = 'loading';
    this.#progress.value = FIRST_PROGRESS;
    this.#ownFailure = null;
    this.#isSilent = false;
    this.#failure.value = null;
    this.#info.value = info;
    this.#clock.value = { timeMs: 0, ranMs: 0, mips: 0 };
    this.restarted.emit();
  }

  #accept(batch: MachineBatch): void {
    this.#silence.beat();
    if (batch.life <= this.#lastGone) return;
    if (this.#isSilent) {
      this.#isSilent = false;
      this.#ownFailure = null;
    }
    const wasRestoring = this.#status.value === 'restoring';
    if (batch.life !== this.#life) {
      this.#life = batch.life;
      // A machine that was told of and does not come leaves nothing behind.
      if (wasRestoring) {
        this.#info.value = null;
        this.restarted.emit();
      } else this.rebooted.emit();
    }
    if (batch.preview !== undefined) {
      this.#info.value = batch.preview.info;
      this.#mode.value = batch.preview.info.iommu;
    }
    this.#status.value = this.#ownFailure === null ? batch.status : 'failed';
    this.#progress.value = batch.progress;
    this.#failure.value = batch.failure ?? this.#ownFailure;
    const { timeMs, ranMs, mips } = batch;
    this.#clock.value = { timeMs, ranMs, mips };
    this.batches.emit(batch);
    if (wasRestoring && batch.status === 'running') this.resumed.emit();
  }
}
