// A machine of the page's tests that is told of step by step: a device on a bench is behind it, so that what the page shows
// can be held against what the device was.

import { ENDPOINT, OTHER_ENDPOINT, RAM_BYTES } from '../rigs/iommu-rig.ts';
import type { PastRig } from '../rigs/past-rig.ts';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { RecordTail } from '../../src/trace/record/record-tail.ts';
import { History } from '../../src/trace/replay/history.ts';
import type { StartMachine } from '../../src/worker/api/client.ts';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { eventStory } from '../../src/worker/host/event-story.ts';
import { startFakeMachine } from '../../web/testing/fake-machine.ts';
import { QUIET_BATCH } from '../../web/testing/told-events.ts';

const INFO: MachineInfo = {
  endpoints: [
    { id: ENDPOINT, name: 'net', description: 'A network card', location: 'PCI 00:01.0' },
    { id: OTHER_ENDPOINT, name: 'disk', description: 'A disk', location: 'PCI 00:02.0' },
  ],
  outside: [],
  memoryBytes: RAM_BYTES,
  iommu: 'translated',
  plan: DEFAULT_PLAN,
};

/** Accesses that each endpoint has made, which are no events. */
export type Accesses = ReadonlyMap<number, number>;

/** The device as it would tell of itself, with so many accesses. */
function stateOf(rig: PastRig, accesses: Accesses): IommuState {
  const { isBypass, endpoints, domains } = rig.now;
  const of = (id: number): number => accesses.get(id) ?? 0;
  return {
    sequence: rig.sequence,
    isBypass,
    endpoints: endpoints.map((each) => ({
      ...each,
      translated: of(each.id),
      translatedBytes: 8 * of(each.id),
      bypassed: 0,
      bypassedBytes: 0,
      blocked: 0,
      blockedBytes: 0,
    })),
    domains: domains.map((each) => {
      const { id, mappings, bytes, reserved } = each;
      const translated = each.endpoints.reduce((sum, endpoint) => sum + of(endpoint), 0);
      const own = { id, isBypass: each.isBypass, endpoints: each.endpoints, mappings, bytes };
      const counts = { translated, translatedBytes: 8 * translated, blocked: 0, blockedBytes: 0 };
      return { ...own, reserved, ...counts };
    }),
  };
}

export class ToldMachine {
  readonly #rig: PastRig;
  readonly #history: History;
  readonly #tail: RecordTail;
  #onBatch: (batch: MachineBatch) => unknown = () => undefined;
  #begins: MachineBatch['begins'];

  constructor(rig: PastRig) {
    this.#rig = rig;
    this.#history = new History(rig.record);
    this.#tail = new RecordTail(rig.record);
    this.#begins = { head: rig.record.head, keyframe: null };
  }

  /** The page begins it like any other. */
  readonly start: StartMachine = async (onBatch) => {
    const fake = await startFakeMachine(() => undefined);
    const { api } = fake;
    this.#onBatch = onBatch;
    return {
      dispose: () => fake.dispose(),
      api: {
        ...api,
        power: { ...api.power, boot: async () => INFO },
        why: {
          ...api.why,
          explain: async (sequence) => eventStory(this.#history, sequence, () => undefined),
        },
      },
    };
  };

  /** Tells of all that the device has done since, at the time of its latest event. */
  tell(accesses: Accesses): void {
    const state = stateOf(this.#rig, accesses);
    const { endpoints, domains, sequence } = state;
    this.#rig.take();
    const { recorder, record: whole } = this.#rig;
    const timeMs = whole.event(whole.lastSequence)?.timeMs ?? 0;
    const at = { timeMs, instructions: sequence };
    recorder.mark({ kind: 'counters', endpoints, domains }, at);
    this.#rig.take();
    const record = this.#tail.next();
    const begins = this.#begins;
    this.#begins = null;
    this.#onBatch({ ...QUIET_BATCH, begins, record, state, timeMs, ranMs: timeMs });
  }
}
