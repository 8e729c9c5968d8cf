// The story, told with this session's machine: hears what happens, has the device do what the story wants, and tells what a
// visitor is to be shown.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { BootRequest, IommuMode, MachineInfo } from '../../src/worker/api/power.ts';
import type { RogueRequest } from '../../src/worker/api/stray-dma.ts';
import { formatHexBytes } from '../format/iommu-words.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { RecordReader, type StoryNews } from '../story/news.ts';
import { overreachOf } from '../story/overreach.ts';
import type { StepName } from '../story/steps.ts';
import {
  awaitEarly,
  beginAt,
  goOn,
  skip,
  wanted,
  type StoryFacts,
  type StoryState,
} from '../story/story.ts';
import { storyView, type StoryAct, type StoryView } from '../story/words.ts';
import type { Move } from './address/move.ts';
import type { Power } from './power.ts';
import type { Stories } from './stories.ts';
import type { StrayDma } from './stray-dma.ts';

const DISK = 'virtio-blk';
const OVERREACHING = 'rogue';

export interface StoryPorts {
  readonly power: Power;
  readonly stray: StrayDma;
  readonly stories: Stories;
  /** What is known of the IOMMU now. */
  readonly latest: () => Pick<MachineModel, 'state' | 'history'>;
  /** "372 KiB of 128 MiB": what devices can reach; null while it is not known. */
  readonly reach: ReadonlySignal<string | null>;
}

interface Device {
  readonly id: number;
  readonly name: string;
}

/** The device that overreaches: the one made for it, else the first. */
function deviceOf(info: MachineInfo | null): Device | null {
  const endpoints = info?.endpoints ?? [];
  return endpoints.find(({ name }) => name === OVERREACHING) ?? endpoints[0] ?? null;
}

export class GuidedStory {
  readonly #ports: StoryPorts;
  readonly #reader = new RecordReader();
  readonly #facts;
  /** Null while the story is not told. */
  readonly #state = signal<StoryState | null>(null);
  readonly #moved = new Emitter<Move>();
  readonly step: ReadonlySignal<StepName | null>;
  readonly view: ReadonlySignal<StoryView | null>;
  /** What the person had asked for, while the machine is another one that the story has started; else null. */
  #own: BootRequest | null = null;
  #isStarting = false;
  #isProbing = false;

  constructor(ports: StoryPorts) {
    this.#ports = ports;
    this.#facts = signal(this.#look());
    const { power, stories, reach } = ports;
    this.step = computed(() => this.#state.value?.step ?? null);
    this.view = computed(() => {
      const { value: state } = this.#state;
      if (state === null) return null;
      const why = state.fault === null ? undefined : stories.all.value.get(state.fault);
      return storyView(state, this.#facts.value, {
        reach: reach.value,
        device: deviceOf(power.info.value)?.name ?? OVERREACHING,
        why: why ?? null,
        noCommands: power.noCommands.value,
        startedMs: power.progress.value.elapsedMs,
      });
    });
    power.chosen.on(() => {
      if (!this.#isStarting) this.#own = null;
    });
    power.restarted.on(() => this.#goOn([]));
    power.batches.on(() => this.#goOn(this.#reader.take(ports.latest().history?.record)));
  }

  /** Calls after each change of the step. */
  get moved(): Pick<Emitter<Move>, 'on'> {
    return this.#moved;
  }

  /** Tells a step from its beginning; null ends the story. */
  tell(step: StepName | null, move: Move = 'push'): void {
    const last = this.#state.peek();
    this.#set(step === null ? null : beginAt(step, last ?? undefined), move);
    this.#goOn([]);
  }

  /** Goes on to the next step, although nothing has happened. */
  skip(): void {
    const state = this.#state.peek();
    if (state !== null) this.#set(skip(state), 'push');
    this.#goOn([]);
  }

  /** Does what a step offers; the story goes on when that has come about. */
  act(act: StoryAct): void {
    switch (act) {
      case 'overreach':
        void this.#send('write');
        return;
      case 'start-own':
        this.#startOwn();
        return;
      case 'start-translated':
        this.#startOther('translated');
        return;
      case 'start-without':
        this.#startOther('off');
        return;
      case 'start-early':
      case 'start-closed': {
        const state = this.#state.peek();
        if (state !== null) this.#state.value = awaitEarly(state);
        this.#startOther('translated', act === 'start-early');
        return;
      }
      case 'read-disk':
      case 'inspect':
      // These are not done to the machine.
    }
  }

  /** Back to the machine that the person had. */
  #startOwn(): void {
    const { power } = this.#ports;
    const own = this.#own ?? power.asked.peek();
    this.#own = null;
    this.#choose(own);
  }

  /** The person's machine with DMA going this way; with a choice for its boot bypass, the usual one. The address says which. */
  #startOther(mode: IommuMode, bootBypass?: boolean): void {
    const own = this.#own ?? this.#ports.power.asked.peek();
    this.#own = own;
    const usual = { plan: JSON.stringify({ iommu: { bootBypass } }) };
    this.#choose({ ...(bootBypass === undefined ? own : usual), iommu: mode }, mode);
  }

  #choose(request: BootRequest, mode?: IommuMode): void {
    this.#isStarting = true;
    void this.#ports.power.choose(request, mode);
    this.#isStarting = false;
  }

  #look(): StoryFacts {
    const { power, latest } = this.#ports;
    const { state } = latest();
    const disk = power.info.value?.endpoints.find(({ name }) => name === DISK);
    const counters = state?.endpoints.find(({ id }) => id === disk?.id);
    return {
      life: power.life,
      mode: power.mode.value,
      stage: power.progress.value.stage,
      notReady: power.notReady.value,
      bootBypass: state?.isBypass ?? null,
      diskBytes: (counters?.translatedBytes ?? 0) + (counters?.bypassedBytes ?? 0),
      isOwn: this.#own === null,
    };
  }

  #goOn(news: readonly StoryNews[]): void {
    const state = this.#state.peek();
    if (state === null) return;
    const facts = this.#look();
    this.#facts.value = facts;
    this.#set(goOn(state, facts, news), 'replace');
    void this.#probe();
  }

  #set(state: StoryState | null, move: Move): void {
    const before = this.#state.peek();
    this.#state.value = state;
    if (before?.step !== state?.step) this.#moved.emit(move);
  }

  /** Has the device do what the story wants now, one thing at a time. */
  async #probe(): Promise<void> {
    const state = this.#state.peek();
    const access = state === null ? null : wanted(state, this.#facts.peek());
    if (access === null || this.#isProbing) return;
    const { life } = this.#ports.power;
    this.#isProbing = true;
    const news = await this.#send(access);
    this.#isProbing = false;
    if (news !== null && life === this.#ports.power.life) this.#goOn([news]);
  }

  async #send(access: RogueRequest['access']): Promise<StoryNews | null> {
    const { power, stray } = this.#ports;
    const device = deviceOf(power.info.value);
    if (device === null) return null;
    try {
      const result = await stray.send(overreachOf(device.id, access));
      if (access === 'write') return { kind: 'sent' };
      const bytes = result.outcome === 'completed' ? formatHexBytes(result.bytes) : null;
      return { kind: 'read', bytes };
    } catch {
      // There is no machine: its next life asks again.
      return null;
    }
  }
}
