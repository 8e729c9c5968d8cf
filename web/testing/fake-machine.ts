// A scripted machine with the worker's API: plays a plausible boot without a guest. For the page's unit tests, and for
// work on the page with `npm run dev` and `?fake` in the address; not in the product build.

import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import {
  BLOCK_ENDPOINT,
  NET_ENDPOINT,
  OUTSIDE,
  pluggedEndpoints,
} from '../../src/machine/plan/topology.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { RecordTail } from '../../src/trace/record/record-tail.ts';
import type { Who } from '../../src/trace/record/who.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import type { MachineClient } from '../../src/worker/api/client.ts';
import type { MachineBatch, RecordStart } from '../../src/worker/api/news.ts';
import type { PastNote, Place } from '../../src/worker/api/past.ts';
import {
  BOOT_STAGES,
  type BootRequest,
  type IommuMode,
  type MachineFailure,
  type MachineInfo,
  type MachineStatus,
} from '../../src/worker/api/power.ts';
import type { ReplayReport } from '../../src/worker/api/recording.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import { FakeDevice } from './fake-device.ts';
import { HEAD } from './told-events.ts';

/** Those of the usual machine. */
const ENDPOINTS = pluggedEndpoints(DEFAULT_PLAN);

const TICK_MS = 16;
const STAGE_MS = 600;
const RESET_MS = 100;
/** Between two looks at the counters. */
const COUNTERS_MS = 48;
/** What the session is saved as. */
const FAKE_RECORDING = [1, 2, 3];
const FAKE_REPORT: ReplayReport = {
  identical: true,
  digest: '',
  events: 1234,
  instructions: 0,
  firstDifference: null,
  damage: null,
};
const DOWNLOAD_BYTES = 6_400_000;

const INFO: MachineInfo = {
  endpoints: ENDPOINTS,
  outside: OUTSIDE,
  memoryBytes: 128 * 1024 * 1024,
  iommu: 'translated',
  plan: DEFAULT_PLAN,
};

const FAKE_WHO: Who = {
  task: { pid: 83, tgid: 83, comm: 'dd', isInterrupted: false },
  stack: { addresses: Uint32Array.of(0xc010_0000), isInnermostCertain: true },
};

const LINES: readonly string[] = [
  'SeaBIOS (version 1.16.2-debian-1.16.2-1)\r\nBooting from ROM...\r\n',
  '[    0.000000] Linux version 6.12.117 (viommu@build) (gcc 12.2.0) #1\r\n[    0.000000] BIOS-provided physical RAM map:\r\n[    0.012000] ACPI: VIOT 0x07FE1000 000070 (v00 VIOMMU VIOMMU   00000001)\r\n[    0.310000] PCI: Using configuration type 1 for base access\r\n',
  '[    0.420000] virtio_iommu virtio0: input address: 32 bits\r\n[    0.421000] virtio_iommu virtio0: page mask: 0xfffffffffffff000\r\n[    0.520000] virtio_net virtio2: Adding to iommu group 1\r\n[    0.560000] virtio_blk virtio4: [vda] 16384 512-byte sectors (8.39 MB/8.00 MiB)\r\n',
  '[    0.900000] Run /init as init process\r\n',
  '\r\n\x1b[1mWelcome.\x1b[0m This is Linux, and every device in it reaches memory through an IOMMU.\r\n\r\n  \x1b[32mdisk-read\x1b[0m    read a disk, watch the mappings come and go\r\n  \x1b[32mnet-ping\x1b[0m     ping a computer that lives in this page\r\n  \x1b[32mshare-read\x1b[0m   read a shared file\r\n\r\n~ # ',
];

const FAKE_PLACE: Place = {
  branch: 1,
  sequence: 0,
  tick: 0,
  instructions: 0,
  timeMs: 0,
  consoleBytes: 0,
  isPast: false,
};

function refuse(): never {
  throw new Error('The make-believe machine has no such thing.');
}

/** What the fake does besides booting. */
export interface FakeOptions {
  /** Fails with this at the end of its boot. */
  readonly failure?: MachineFailure;
  /** What becomes of a replay, where it is not identical. */
  readonly replay?: Partial<ReplayReport>;
  /** MAP and UNMAP pairs per tick once booted. */
  readonly churn?: number;
}

class FakeMachine {
  readonly #onBatch: (batch: MachineBatch) => void;
  readonly #options: FakeOptions;
  readonly #encoder = new TextEncoder();
  #device = new FakeDevice(ENDPOINTS);
  #recorder = new Recorder();
  #record = new IommuRecord(HEAD);
  #tail = new RecordTail(this.#record);
  #begins: RecordStart | null = null;
  #life = 0;
  #status: MachineStatus = 'loading';
  #mode: IommuMode = 'translated';
  #timeMs = 0;
  #stage = -1;
  #text = '';
  #isConsoleAnew = false;
  #past: PastNote | null = null;
  #busy = 0;
  #counted = 0;
  #countedMs = 0;
  #live: bigint[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(onBatch: (batch: MachineBatch) => void, options: FakeOptions) {
    this.#onBatch = onBatch;
    this.#options = options;
  }

  get api(): MachineClient['api'] {
    return {
      power: {
        boot: async (request: BootRequest) => {
          const { iommu } = request;
          this.#mode = iommu === 'off' || iommu === 'bypass' ? iommu : 'translated';
          this.#restart();
          return { ...INFO, iommu: this.#mode };
        },
        pause: async () => {
          this.#status = 'paused';
        },
        resume: async () => {
          this.#status = 'running';
          this.#past = null;
        },
        reset: () => this.#reset(),
      },
      console: {
        type: async (text) => this.#type(text),
        resize: async () => undefined,
      },
      shell: { run: async (command) => ({ exitCode: 0, output: `${command}\n` }) },
      dma: { rogueDma: async (request) => this.#stray(request) },
      lab: {
        sweep: async () => refuse(),
        arm: async () => refuse(),
        disarm: async () => undefined,
        schedule: async () => refuse(),
        cancel: async () => undefined,
        watchWindow: async () => undefined,
        window: async () => null,
      },
      look: {
        listMappings: async (domain, from, limit) => this.#device.list(domain, from, limit),
        moment: async () => refuse(),
        events: async () => [],
        registers: async () => null,
      },
      past: {
        place: async () => refuse(),
        branches: async () => [],
        registers: async () => refuse(),
        digest: async () => refuse(),
        goTo: async (sequence) => this.#move({ sequence, last: this.#device.state.sequence }),
        toEnd: async () => this.#move(null),
        drop: async () => undefined,
      },
      share: { give: async () => refuse() },
      saving: { save: async () => refuse(), restore: async () => refuse() },
      why: {
        explain: async () => null,
        drivers: async (stacks) => stacks.map(() => 'fake_map_page'),
        functions: async (stacks) =>
          stacks.map(() => ({ functions: ['fake_map', 'fake_map_page'], areNamed: true })),
        names: async (addresses) => addresses.map(() => 'fake_map_page'),
      },
      recording: {
        save: async () => new Uint8Array(FAKE_RECORDING),
        open: async (file) => {
          if (file[0] !== FAKE_RECORDING[0])
            throw new Error('This file is no recording of viommu.');
          return { ...INFO, iommu: this.#mode };
        },
        replay: () => this.#replay(),
      },
    };
  }

  /** Its past looks like its present. */
  #move(past: PastNote | null): Place {
    this.#past = past;
    this.#status = 'paused';
    this.#life += 1;
    this.#text = past === null ? 'the end' : 'the past';
    this.#isConsoleAnew = true;
    this.#tell();
    const { sequence } = past ?? this.#device.state;
    return { ...FAKE_PLACE, sequence, isPast: past !== null };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #type(text: string): void {
    this.#text += text.replace('\r', '\r\n');
    if (!text.includes('\r')) return;
    this.#busy = 60;
    this.#text += '~ # ';
  }

  #stray(request: RogueRequest): RogueResult {
    const result = this.#device.rogue(request);
    this.#gather();
    const { endpoint, address, length, access } = request;
    const { outcome } = result;
    const isBypass = result.outcome === 'completed' && result.isBypass;
    const fault = outcome === 'blocked' ? this.#device.state.sequence : null;
    this.#recorder.mark(
      { kind: 'access', endpoint, address, length, access, outcome, isBypass, fault },
      { timeMs: this.#timeMs, instructions: 0 },
    );
    if (result.outcome === 'blocked') {
      const letter = request.access === 'write' ? 'W' : 'R';
      this.#text += `\r\n[   12.345678] virtio_iommu virtio0: page fault from EP ${request.endpoint} at 0x${request.address.toString(16)} [${letter}]\r\n`;
    }
    return result;
  }

  /** Building another board takes a while, in which news of the old one still come. */
  async #reset(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, RESET_MS));
    this.#restart();
  }

  async #replay(): Promise<ReplayReport> {
    await this.#reset();
    this.#status = 'paused';
    return { ...FAKE_REPORT, ...this.#options.replay };
  }

  #restart(): void {
    clearInterval(this.#timer);
    this.#device = new FakeDevice(ENDPOINTS);
    this.#recorder = new Recorder();
    this.#record = new IommuRecord(HEAD);
    this.#tell();
    this.#live = [];
    this.#counted = 0;
    this.#countedMs = 0;
    this.#life += 1;
    this.#text = '';
    this.#status = 'loading';
    this.#timeMs = 0;
    this.#stage = -1;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The page begins another record, and is told all that there is. */
  #tell(): void {
    this.#begins = { head: HEAD, keyframe: null };
    this.#tail.dispose();
    this.#tail = new RecordTail(this.#record);
  }

  #gather(): void {
    for (const { event, timeMs, instructions } of this.#device.takeEvents()) {
      this.#recorder.add(event, { timeMs, instructions, who: FAKE_WHO });
    }
    this.#count();
    for (const batch of this.#recorder.take()) this.#record.append(batch);
  }

  /** Looks at the counters now and then, as a record does. */
  #count(): void {
    const { endpoints, domains } = this.#device.state;
    const total = endpoints.reduce(
      (sum, { translated, bypassed, blocked }) => sum + translated + bypassed + blocked,
      0,
    );
    if (total === this.#counted || this.#timeMs - this.#countedMs < COUNTERS_MS) return;
    this.#counted = total;
    this.#countedMs = this.#timeMs;
    const at = { timeMs: this.#timeMs, instructions: 0 };
    this.#recorder.mark({ kind: 'counters', endpoints, domains }, at);
  }

  #tick(): void {
    if (this.#status !== 'paused') this.#timeMs += TICK_MS;
    this.#device.setTime(this.#timeMs);
    const last = BOOT_STAGES.length - 1;
    const stage = Math.min(last, Math.floor(this.#timeMs / STAGE_MS));
    if (stage !== this.#stage) this.#enter(stage);
    if (stage === last && this.#status === 'running') this.#work();
    const isDownload = stage === 0;
    const loaded = Math.min(DOWNLOAD_BYTES, (this.#timeMs / STAGE_MS) * DOWNLOAD_BYTES);
    const failure = stage === last ? (this.#options.failure ?? null) : null;
    if (failure !== null) this.#status = 'failed';
    this.#gather();
    this.#onBatch({
      life: this.#life,
      status: this.#status,
      progress: {
        stage: BOOT_STAGES[stage] ?? 'ready',
        detail: isDownload ? 'Downloading the kernel' : 'Linux is starting',
        loadedBytes: isDownload ? loaded : 0,
        totalBytes: isDownload ? DOWNLOAD_BYTES : 0,
        elapsedMs: this.#timeMs,
      },
      failure,
      past: this.#past,
      console: this.#encoder.encode(this.#text),
      isConsoleAnew: this.#isConsoleAnew,
      begins: this.#begins,
      record: this.#tail.next(),
      dropped: {},
      state: this.#mode === 'off' ? null : this.#device.state,
      timeMs: this.#timeMs,
      ranMs: this.#timeMs,
      mips: this.#status === 'running' ? 41 : 0,
    });
    this.#text = '';
    this.#begins = null;
    this.#isConsoleAnew = false;
    if (failure !== null) this.stop();
  }

  #enter(stage: number): void {
    this.#stage = stage;
    this.#text += LINES[stage - 2] ?? '';
    if (BOOT_STAGES[stage] === 'firmware') this.#status = 'running';
    if (BOOT_STAGES[stage] !== 'iommu' || this.#mode === 'off') return;
    this.#device.say({ kind: 'started', features: 0x77n });
    ENDPOINTS.forEach((endpoint, index) => {
      this.#device.attach(endpoint.id, index + 1, this.#mode === 'bypass' ? 'bypass' : 'attached');
      if (this.#mode === 'bypass') return;
      for (let page = 0; page < 8 * (index + 1); page++) {
        this.#device.map(index + 1, page % 5 === 0 ? 4 : 1, 1 + (page % 3));
      }
    });
  }

  #work(): void {
    const pairs = this.#options.churn ?? (this.#busy > 0 ? 4 : 0);
    if (this.#busy > 0) this.#busy--;
    for (let pair = 0; pair < pairs; pair++) {
      this.#live.push(this.#device.map(5, 1, 2));
      this.#device.access(BLOCK_ENDPOINT, 4096);
      const oldest = this.#live.length > 64 ? this.#live.shift() : undefined;
      if (oldest !== undefined) this.#device.unmap(5, oldest);
    }
    if (Math.floor(this.#timeMs / 700) % 2 === 0) this.#device.access(NET_ENDPOINT, 1500);
  }
}

/** Starts a fake instead of a worker; has the signature of `startMachine`. */
export async function startFakeMachine(
  onBatch: (batch: MachineBatch) => void,
  options: FakeOptions = {},
): Promise<MachineClient> {
  const machine = new FakeMachine(onBatch, options);
  return { api: machine.api, dispose: () => machine.stop() };
}
