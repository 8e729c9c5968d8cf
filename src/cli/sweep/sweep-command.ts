// `viommu sweep`: boots a guest, and at stages of its life tries to reach every page from every endpoint.

import { GUEST_STAGES } from '../../machine/boot-watch.ts';
import { GuestSession } from '../../guest/guest-session.ts';
import { sweepPicture, type SweptStage } from '../../lab/sweep-picture.ts';
import type { SweepResult } from '../../lab/sweep.ts';
import type { Wrong } from '../../lab/findings.ts';
import { ACCESS_WRITE } from '../../iommu/store/mapping-store.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { readMachine } from '../chosen-machine.ts';
import { EXIT_DONE, EXIT_FAILED } from '../exit-status.ts';
import { OutputFile } from '../output-file.ts';
import type { SweepArguments, SweepStage } from './sweep-arguments.ts';

/** What the guest does at the stage `load`, and events of its IOMMU until it is swept amid that. */
const LOAD = 'disk-read virtio & disk-read ide & net-ping 3; wait';
const LOAD_EVENTS = 300;
/** Wrong accesses that are told in words. */
const TOLD = 8;

/** Resolves with the exit status. Rejects with `InputError` for a plan or a file that can not be used. */
export async function sweepCommand(args: SweepArguments, output: CliOutput): Promise<number> {
  const machine = await readMachine(args);
  const picture = args.svg === undefined ? undefined : new OutputFile(args.svg, 'picture');
  const say = args.isJson ? output.err : output.out;
  const begun = performance.now();
  try {
    const session = await GuestSession.create(machine);
    const swept: SweptStage[] = [];
    try {
      for (const name of args.stages) {
        await reach(session, name, async () => {
          const result = await session.lab.sweep({ endpoints: args.endpoints });
          swept.push({ name, result });
          say(`${stageWords(name, result)}\n`);
        });
      }
    } finally {
      await session.dispose();
    }
    picture?.write(new TextEncoder().encode(sweepPicture(swept)));
    const totals = totalsOf(swept, (performance.now() - begun) / 1000);
    if (args.isJson) output.out(`${JSON.stringify(totals)}\n`);
    else say(`\n${verdict(totals)}\n`);
    return totals.leaked + totals.wronglyBlocked === 0 ? EXIT_DONE : EXIT_FAILED;
  } finally {
    picture?.close();
  }
}

/** Lets the guest come to a stage, and has `look` look at it there, while it stands still. */
async function reach(
  session: GuestSession,
  stage: SweepStage,
  look: () => Promise<void>,
): Promise<void> {
  if (stage === 'load') {
    await session.waitForBoot();
    const load = session.run(LOAD);
    await untilEvents(session, LOAD_EVENTS);
    await look();
    await load;
    return;
  }
  if (stage !== 'firmware') {
    session.start();
    await untilStage(session, stage);
  }
  await look();
}

/** Resolves in the tick in which the guest comes to a stage. */
async function untilStage(session: GuestSession, stage: SweepStage): Promise<void> {
  const order = GUEST_STAGES.findIndex((each) => each === stage);
  const isThere = (): boolean => GUEST_STAGES.indexOf(session.stage) >= order;
  const arrived = new Promise<void>((resolve) => {
    const dispose = session.onTick(() => {
      if (!isThere()) return;
      dispose();
      resolve();
    });
  });
  // A guest that fails on the way is told by the wait for its prompt
  await Promise.race([arrived, session.waitForBoot()]);
}

async function untilEvents(session: GuestSession, events: number): Promise<void> {
  const { sequence } = session.iommu.state();
  await new Promise<void>((resolve) => {
    const dispose = session.onTick(() => {
      if (session.iommu.state().sequence < sequence + events) return;
      dispose();
      resolve();
    });
  });
}

interface SweepTotals {
  readonly pages: number;
  readonly endpoints: number;
  readonly accesses: number;
  readonly leaked: number;
  readonly wronglyBlocked: number;
  readonly seconds: number;
}

function totalsOf(swept: readonly SweptStage[], seconds: number): SweepTotals {
  const sum = (of: (result: SweepResult) => number): number =>
    swept.reduce((total, { result }) => total + of(result), 0);
  const [first] = swept;
  return {
    pages: first?.result.pages ?? 0,
    endpoints: first?.result.endpoints.length ?? 0,
    accesses: sum(({ accesses }) => accesses),
    leaked: sum(({ leaked }) => leaked),
    wronglyBlocked: sum(({ wronglyBlocked }) => wronglyBlocked),
    seconds: Math.round(seconds * 10) / 10,
  };
}

function stageWords(name: string, result: SweepResult): string {
  const reached = result.endpoints.map(({ name: endpoint, map, isMaster }) => {
    const pages = map.reduce((sum, bits) => sum + Number(bits !== 0), 0);
    return `${endpoint} ${pages.toLocaleString('en')}${isMaster ? '' : ' (once it masters the bus)'}`;
  });
  const wrong = result.wrong.slice(0, TOLD).map((each) => `\n    ${wrongWords(each)}`);
  return `${name}: after event ${result.sequence}, pages within reach: ${reached.join(', ')}; leaked ${result.leaked}, wrongly blocked ${result.wronglyBlocked}${wrong.join('')}`;
}

function wrongWords({ endpoint, access, address, length, expected, found }: Wrong): string {
  const verb = access === ACCESS_WRITE ? 'writes' : 'reads';
  return `endpoint 0x${endpoint.toString(16)} ${verb} ${length} bytes at 0x${address.toString(16)}: ${found}, and it ought to be ${expected}`;
}

function verdict({ leaked, wronglyBlocked, accesses, seconds }: SweepTotals): string {
  const tried = `${accesses.toLocaleString('en')} accesses in ${seconds} s`;
  if (leaked + wronglyBlocked === 0)
    return `Nothing leaked, nothing was wrongly blocked: ${tried}.`;
  return `${leaked} accesses leaked, ${wronglyBlocked} were wrongly blocked: ${tried}.`;
}
