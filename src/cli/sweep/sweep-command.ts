// `viommu sweep`: boots a guest, and at stages of its life tries to reach every page from every endpoint.

import { GuestSession } from '../../guest/guest-session.ts';
import { sweepPicture, type SweptStage } from '../../lab/sweep-picture.ts';
import { reachedPages } from '../../lab/page-sweep.ts';
import type { SweepResult } from '../../lab/sweep.ts';
import type { Wrong } from '../../lab/findings.ts';
import { ACCESS_WRITE } from '../../iommu/store/mapping-store.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { readMachine } from '../chosen-machine.ts';
import { EXIT_DONE, EXIT_FAILED } from '../exit-status.ts';
import { OutputFile } from '../output-file.ts';
import { reach } from './reach-stage.ts';
import type { SweepArguments } from './sweep-arguments.ts';

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
    const pages = reachedPages(map).toLocaleString('en');
    return `${endpoint} ${pages}${isMaster ? '' : ' (once it masters the bus)'}`;
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
