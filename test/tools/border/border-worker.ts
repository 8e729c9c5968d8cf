// The worker at the other side of the page's border: the product's news of a machine without a guest, which does as much a second
// as it is asked to when something is typed: "RATE SECONDS events\r", or "RATE SECONDS faults\r" for faults alone.

import { expose } from 'comlink';
import { pluggedEndpoints } from '../../../src/machine/plan/topology.ts';
import type { MachineApi } from '../../../src/worker/api/api.ts';
import { NewsHost } from '../../../src/worker/host/news-host.ts';
import { FloodLife } from './flood-life.ts';

/** Milliseconds of one tick, about. */
const TICK_MS = 4;

const life = new FloodLife();
const { machine } = life;

function refuse(): never {
  throw new Error('There is no guest here.');
}

async function pass(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Makes events at a rate for so long; what it had to wait for its page comes on top. */
async function flood(rate: number, seconds: number, isFaultsOnly: boolean): Promise<void> {
  const all = rate * seconds;
  const startMs = performance.now();
  let [sent, waits, waitedMs] = [0, 0, 0];
  while (sent < all) {
    const nowMs = performance.now();
    const due = Math.min(all, Math.ceil(((nowMs - startMs - waitedMs) / 1000) * rate)) - sent;
    machine.tick(due, nowMs, isFaultsOnly);
    sent += due;
    if (machine.isWaiting) waits += 1;
    await pass(TICK_MS);
    const backMs = performance.now();
    while (machine.isWaiting) await pass(1);
    waitedMs += performance.now() - backMs;
  }
  const { sequence } = machine.iommu;
  const tookMs = performance.now() - startMs;
  const told = { events: sequence, tookMs, waits, waitedMs, live: machine.live(1) };
  machine.print(`flooded ${JSON.stringify(told)}\r\n`);
}

const host: MachineApi = {
  power: {
    boot: async () => {
      life.begin();
      return {
        endpoints: pluggedEndpoints(machine.plan),
        outside: [],
        memoryBytes: 1 << 27,
        iommu: 'translated',
        plan: machine.plan,
      };
    },
    pause: async () => undefined,
    resume: async () => undefined,
    reset: async () => refuse(),
  },
  news: new NewsHost(life),
  console: {
    type: async (text) => {
      const [rate, seconds, kind] = text.trim().split(' ');
      void flood(Number(rate), Number(seconds), kind === 'faults');
    },
    resize: async () => undefined,
  },
  shell: { run: async () => refuse() },
  dma: { rogueDma: async () => refuse() },
  lab: {
    sweep: async () => refuse(),
    arm: async () => refuse(),
    disarm: async () => undefined,
    schedule: async () => refuse(),
    cancel: async () => undefined,
    watchWindow: async () => undefined,
    window: async () => null,
  },
  share: { give: async () => refuse() },
  look: {
    listMappings: async () => [],
    moment: async () => refuse(),
    events: async () => [],
    registers: async () => null,
  },
  why: {
    explain: async () => null,
    drivers: async (stacks) => stacks.map(() => null),
    functions: async () => [],
    names: async () => null,
  },
  recording: {
    save: async () => refuse(),
    open: async () => refuse(),
    replay: async () => refuse(),
  },
  past: {
    place: async () => refuse(),
    branches: async () => [],
    registers: async () => refuse(),
    digest: async () => refuse(),
    goTo: async () => refuse(),
    toEnd: async () => refuse(),
    drop: async () => undefined,
  },
  saving: { save: async () => refuse(), restore: async () => refuse() },
};

expose(host);
