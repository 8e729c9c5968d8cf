// How much longer a guest reads behind its IOMMU: `npm run bench -- dma`.

import { DMA_MODES, type DmaMode, type Measurement } from './dma-guest.ts';
import { DmaProcess } from './dma-process.ts';
import { READS, type GuestRead } from './dma-reads.ts';
import { rowsOf, type OnProgress, type OnRow, type Samples } from './report.ts';

type Turn = Readonly<Record<DmaMode, Measurement>>;
type Quantity = 'seconds' | 'cpuSeconds' | 'megaInstructions';

/** Every guest reads once, in this order. */
async function takeTurn(guests: readonly DmaProcess[], read: GuestRead): Promise<Turn> {
  const none = { seconds: 0, cpuSeconds: 0, megaInstructions: 0, requests: 0 };
  const turn: Record<DmaMode, Measurement> = { off: none, lazy: none, strict: none };
  for (const guest of guests) turn[guest.mode] = await guest.read(read);
  return turn;
}

/** What each mode took, and by how much more than the machine without an IOMMU of the same turn. */
function samplesOf(turns: readonly Turn[], key: Quantity): Samples {
  return {
    off: turns.map(({ off }) => off[key]),
    lazy: turns.map(({ lazy }) => lazy[key]),
    strict: turns.map(({ strict }) => strict[key]),
    lazy_ratio: turns.map(({ off, lazy }) => lazy[key] / off[key]),
    strict_ratio: turns.map(({ off, strict }) => strict[key] / off[key]),
  };
}

/** Reads that count of one set of guests. */
const TURNS_OF_A_SET = 9;

async function readWarm(
  guests: readonly DmaProcess[],
  read: GuestRead,
  count: number,
): Promise<readonly Turn[]> {
  for (let warming = 0; warming < read.warmingReads; warming++) await takeTurn(guests, read);
  const turns: Turn[] = [];
  for (let number = 0; number < count; number++) {
    turns.push(await takeTurn(number % 2 === 0 ? guests : guests.toReversed(), read));
  }
  return turns;
}

/** Boots every machine in this order, and ends them all whatever becomes of `use`. */
async function withGuests(
  modes: readonly DmaMode[],
  use: (guests: readonly DmaProcess[]) => Promise<void>,
): Promise<void> {
  const guests: DmaProcess[] = [];
  try {
    for (const mode of modes) guests.push(await DmaProcess.boot(mode));
    await use(guests);
  } finally {
    for (const guest of guests) await guest.dispose();
  }
}

function report({ name }: GuestRead, turns: readonly Turn[], onRow: OnRow): void {
  const bench = `dma/${name}`;
  rowsOf(bench, 's', samplesOf(turns, 'seconds')).forEach(onRow);
  rowsOf(`${bench}/cpu`, 's', samplesOf(turns, 'cpuSeconds')).forEach(onRow);
  const instructions = samplesOf(turns, 'megaInstructions');
  rowsOf(`${bench}/instructions`, 'million', instructions).forEach(onRow);
  const requests = {
    lazy: turns.map(({ lazy }) => lazy.requests),
    strict: turns.map(({ strict }) => strict.requests),
  };
  rowsOf(`${bench}/requests`, 'requests', requests).forEach(onRow);
}

/**
 * Three guests, each in a process of its own as a user's is, of which one runs at a time. They read by turns: a slow
 * spell of the host hits all of them, and every other turn goes the other way round. One guest may be faster than
 * another for its whole life, by where its translated code came to lie: so there are new ones every few turns, booted in
 * another order. A ratio is the median over the turns. Rejects with `Error` when a guest can not be booted or a read
 * fails.
 */
export async function runDma(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const turns = new Map<GuestRead, Turn[]>(READS.map((read) => [read, []]));
  for (let done = 0, set = 0; done < runs; done += TURNS_OF_A_SET, set++) {
    const first = set % DMA_MODES.length;
    const order = [...DMA_MODES.slice(first), ...DMA_MODES.slice(0, first)];
    const count = Math.min(TURNS_OF_A_SET, runs - done);
    onProgress(`boots three guests, the IOMMU ${order.join(', ')}`);
    await withGuests(order, async (guests) => {
      for (const [read, sofar] of turns) {
        onProgress(`reads ${read.bytes >> 20} MiB through ${read.name}`);
        sofar.push(...(await readWarm(guests, read, count)));
      }
    });
  }
  for (const [read, all] of turns) report(read, all, onRow);
}
