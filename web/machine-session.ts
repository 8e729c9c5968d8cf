// One person's session with the machine: starts the worker, folds its batches, and says what the page may show.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../src/base/emitter.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../src/iommu/protocol/protocol.ts';
import type {
  BootProgress,
  ImageUrls,
  IommuMode,
  MachineBatch,
  MachineFailure,
  MachineInfo,
  MachineStatus,
  RogueRequest,
  RogueResult,
} from '../src/worker/api/api.ts';
import type { MachineClient, startMachine } from '../src/worker/api/client.ts';
import { NO_SELECTION, shownDomain, type Selection } from './model/domain-choice.ts';
import { MachineModel } from './model/machine-model.ts';
import { SILENT_CHECKS, SilenceWatch } from './model/silence-watch.ts';
import { MAX_ROWS, type ListRequest } from './model/watched-domain.ts';
import { missingWebAssembly } from './web-assembly.ts';

const MEMORY_MIB = 128;
/** Tables are read by people: this often is enough, and leaves the processor to the guest. */
const FRAME_INTERVAL_MS = 80;
/** Mappings looked through at a time for an address, and how often: more than a domain ever has under Linux. */
const SEARCH_PAGE = 1_000;
const MAX_SEARCH_PAGES = 100;
const LAST_ADDRESS = (1n << 64n) - 1n;
/** Characters kept while the machine is paused. */
const MAX_QUEUED_INPUT = 4_096;

/** What the session needs from its surroundings. */
export interface SessionPorts {
  readonly start: typeof startMachine;
  readonly images: ImageUrls;
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  /** Calls back before the next frame is painted. */
  readonly onNextFrame: (callback: () => void) => void;
}

export interface MachineClock {
  readonly timeMs: number;
  readonly mips: number;
}

const FIRST_PROGRESS: BootProgress = {
  stage: 'download',
  detail: 'Starting the machine’s worker',
  loadedBytes: 0,
  totalBytes: 0,
  elapsedMs: 0,
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The machine as the page's components see it. */
export class MachineSession {
  /** Bytes of the serial console. */
  readonly console = new Emitter<Uint8Array>();
  /** A machine starts from nothing: the console's old text is history. */
  readonly restarted = new Emitter<void>();

  readonly #status = signal<MachineStatus>('loading');
  readonly #progress = signal<BootProgress>(FIRST_PROGRESS);
  readonly #failure = signal<MachineFailure | null>(null);
  readonly #info = signal<MachineInfo | null>(null);
  readonly #clock = signal<MachineClock>({ timeMs: 0, mips: 0 });
  readonly #frame = signal(0);
  readonly #mode = signal<IommuMode>('translated');
  readonly #queuedInput = signal('');
  readonly #selection = signal<Selection>(NO_SELECTION);
  readonly #rogueEndpoint = signal<number | null>(null);

  readonly #model = new MachineModel();
  readonly #ports: SessionPorts;
  #client: MachineClient | null = null;
  readonly #silence = new SilenceWatch();
  #isSilent = false;
  /** What went wrong on this side of the border; stays until the next start. */
  #ownFailure: MachineFailure | null = null;
  #consoleSize = { columns: 80, rows: 24 };
  #generation = 0;
  #isFrameAsked = false;
  #lastFrameMs = Number.NEGATIVE_INFINITY;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

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
  /** What is known about the IOMMU. A component that reads it is rendered again with every frame of news. */
  get model(): MachineModel {
    void this.#frame.value;
    return this.#model;
  }
  get mode(): ReadonlySignal<IommuMode> {
    return this.#mode;
  }
  /** Input typed while paused, to be sent on resume. */
  get queuedInput(): ReadonlySignal<string> {
    return this.#queuedInput;
  }
  get selection(): ReadonlySignal<Selection> {
    return this.#selection;
  }

  /** The endpoint a person has picked for the rogue access; null until then. */
  get rogueEndpoint(): ReadonlySignal<number | null> {
    return this.#rogueEndpoint;
  }

  /** Whether the guest's prompt is there. */
  get isReady(): boolean {
    return this.#progress.value.stage === 'ready' && this.#status.value !== 'failed';
  }

  /** The page's clock, the one changes of mappings are stamped with. */
  now(): number {
    return this.#ports.now();
  }

  /** Resolves when everything received so far has been rendered. */
  async painted(): Promise<void> {
    if (!this.#isFrameAsked) return;
    await new Promise<void>((resolve) => {
      const stop = this.#frame.subscribe(() => {
        if (this.#isFrameAsked) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  }

  select(selection: Selection): void {
    this.#selection.value = selection;
    this.#watchShownDomain();
    this.#askFrame();
  }

  /** Shows an endpoint's domain and makes it the one that goes astray. */
  pickEndpoint(id: number): void {
    this.#rogueEndpoint.value = id;
    this.select({ kind: 'endpoint', id });
  }

  /** Starts a machine in a fresh worker; the one before is gone. Failures become `failure`. */
  async start(mode: IommuMode): Promise<void> {
    const generation = ++this.#generation;
    this.#client?.dispose();
    this.#client = null;
    this.#silence.restart();
    this.#mode.value = mode;
    this.#forgetMachine();
    const missing = missingWebAssembly();
    if (missing !== undefined) {
      this.#fail('no-webassembly', missing);
      return;
    }
    try {
      const client = await this.#ports.start(
        (batch) => {
          if (generation === this.#generation) this.#accept(batch);
        },
        (message) => {
          if (generation === this.#generation) this.#fail('internal', message);
        },
      );
      if (generation !== this.#generation) {
        client.dispose();
        return;
      }
      this.#client = client;
      const { columns, rows } = this.#consoleSize;
      await client.api.resizeConsole(columns, rows);
      const request = { iommu: mode, bootBypass: true, memoryMiB: MEMORY_MIB, append: '' };
      const info = await client.api.boot(request, this.#ports.images);
      if (generation === this.#generation) this.#info.value = info;
    } catch (error) {
      const isStale = generation !== this.#generation;
      if (!isStale && this.#failure.value === null) this.#fail('internal', messageOf(error));
    }
  }

  /** To be called once a second: says so when the worker hangs, and takes it back when it goes on. */
  checkWorker(): void {
    if (!this.#silence.check() || this.#ownFailure !== null) return;
    this.#isSilent = true;
    this.#fail('no-progress', `The PC has not answered for ${SILENT_CHECKS} seconds.`);
  }

  async pause(): Promise<void> {
    await this.#try((client) => client.api.pause());
  }

  async resume(): Promise<void> {
    await this.#try((client) => client.api.resume());
    const text = this.#queuedInput.value;
    this.#queuedInput.value = '';
    if (text !== '') await this.#try((client) => client.api.type(text));
  }

  /** Power cycle. A failed machine gets a fresh worker. */
  async reset(): Promise<void> {
    // A machine that is still being loaded can not be power cycled; loading starts over.
    const isLoaded = this.#client !== null && this.#info.value !== null;
    if (this.#failure.value !== null || !isLoaded) {
      await this.start(this.#mode.value);
      return;
    }
    this.#forgetMachine(this.#info.value);
    await this.#try((client) => client.api.reset());
  }

  /** Sends keys to the console; while paused they wait. */
  async type(text: string): Promise<void> {
    if (this.#status.value === 'paused') {
      this.#queuedInput.value = (this.#queuedInput.value + text).slice(0, MAX_QUEUED_INPUT);
      return;
    }
    await this.#try((client) => client.api.type(text));
  }

  /** Tells the guest how large its console is; a machine that is started later is told, too. */
  async resizeConsole(columns: number, rows: number): Promise<void> {
    this.#consoleSize = { columns, rows };
    await this.#try((client) => client.api.resizeConsole(columns, rows));
  }

  /** Makes an endpoint access memory. Rejects with an error for the user. */
  async rogueDma(request: RogueRequest): Promise<RogueResult> {
    if (this.#client === null) throw new Error('The machine is not running.');
    return this.#client.api.rogueDma(request);
  }

  /** The lowest address that is mapped for such an access of the endpoint now; null when there is none. */
  async findMappedAddress(
    endpoint: number,
    access: RogueRequest['access'],
  ): Promise<bigint | null> {
    const domain =
      this.#model.state?.endpoints.find((each) => each.id === endpoint)?.domain ?? null;
    const client = this.#client;
    if (client === null || domain === null) return null;
    const right = access === 'write' ? VIRTIO_IOMMU_MAP_F_WRITE : VIRTIO_IOMMU_MAP_F_READ;
    let from = 0n;
    for (let page = 0; page < MAX_SEARCH_PAGES; page++) {
      const mappings = await client.api.listMappings(domain, from, SEARCH_PAGE);
      const found = mappings.find((each) => (each.flags & right) !== 0);
      if (found !== undefined) return found.virtStart;
      const last = mappings.at(-1)?.virtEnd ?? LAST_ADDRESS;
      if (mappings.length < SEARCH_PAGE || last >= LAST_ADDRESS) return null;
      from = last + 1n;
    }
    return null;
  }

  async #try(action: (client: MachineClient) => Promise<void>): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    try {
      await action(client);
    } catch (error) {
      if (client === this.#client) this.#fail('internal', messageOf(error));
    }
  }

  #fail(kind: MachineFailure['kind'], message: string): void {
    this.#ownFailure = { kind, message, consoleTail: [] };
    this.#status.value = 'failed';
    this.#failure.value = this.#ownFailure;
    this.#askFrame();
  }

  #forgetMachine(info: MachineInfo | null = null): void {
    this.#model.clear();
    this.#status.value = 'loading';
    this.#progress.value = FIRST_PROGRESS;
    this.#ownFailure = null;
    this.#isSilent = false;
    this.#failure.value = null;
    this.#info.value = info;
    this.#clock.value = { timeMs: 0, mips: 0 };
    this.#queuedInput.value = '';
    this.#rogueEndpoint.value = null;
    this.restarted.emit();
    this.#askFrame();
  }

  #accept(batch: MachineBatch): void {
    this.#silence.beat();
    if (this.#isSilent) {
      this.#isSilent = false;
      this.#ownFailure = null;
    }
    // Time that runs backwards is another machine's: what we know is history.
    if (batch.timeMs < this.#clock.value.timeMs) this.#model.clear();
    this.#model.apply(batch, this.#ports.now());
    this.#status.value = this.#ownFailure === null ? batch.status : 'failed';
    this.#progress.value = batch.progress;
    this.#failure.value = batch.failure ?? this.#ownFailure;
    this.#clock.value = { timeMs: batch.timeMs, mips: batch.mips };
    if (batch.console.length > 0) this.console.emit(batch.console);
    this.#watchShownDomain();
    this.#askFrame();
  }

  #watchShownDomain(): void {
    const { watched, state } = this.#model;
    watched.watch(shownDomain(state, this.#selection.value, watched.domain));
    if (this.#client === null) return;
    const request = watched.takeListRequest(this.#ports.now());
    if (request !== null) void this.#fetchList(this.#client, request);
  }

  async #fetchList(client: MachineClient, request: ListRequest): Promise<void> {
    const { watched } = this.#model;
    try {
      const mappings = await client.api.listMappings(request.domain, 0n, MAX_ROWS);
      watched.acceptList(request, mappings);
      this.#askFrame();
    } catch {
      // The domain may have ended since; the next batch says so, or the list is asked for again.
      watched.rejectList(request);
    }
  }

  #askFrame(): void {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    this.#ports.onNextFrame(() => this.#paintFrame());
  }

  #paintFrame(): void {
    const nowMs = this.#ports.now();
    if (nowMs - this.#lastFrameMs < FRAME_INTERVAL_MS) {
      this.#ports.onNextFrame(() => this.#paintFrame());
      return;
    }
    this.#isFrameAsked = false;
    this.#lastFrameMs = nowMs;
    this.#frame.value++;
  }
}
