// How much longer a guest reads behind its IOMMU: `npm run bench -- dma`.

import { DMA_MODES, type DmaMode, type Measurement } from './dma-guest.ts';
import { DmaProcess } from './dma-process.ts';
import { READS, type GuestRead } from './dma-reads.ts';
import { exactRow, rowsOf, type OnProgress, type OnRow, type Samples } from './report.ts';
import { checkRepeats, checkUnnoticed, recordingRows, withRatios } from './samples.ts';

type Turn = Readonly<Record<DmaMode, Measurement>>;
type Quantity = 'seconds' | 'cpuSeconds' | 'instructions' | 'requests';

/** Every guest reads once, in this order. */
async function takeTurn(guests: readonly DmaProcess[], read: GuestRead): Promise<Turn> {
  const none = { seconds: 0, cpuSeconds: 0, instructions: 0, requests: 0 };
  const turn = { off: none, lazy: none, strict: none, recorded: none, traced: none };
  for (const guest of guests) turn[guest.mode] = await guest.read(read);
  return turn;
}

function samplesOf(turns: readonly Turn[], key: Quantity): Samples {
  return Object.fromEntries(DMA_MODES.map((mode) => [mode, turns.map((turn) => turn[mode][key])]));
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

function report({ name }: GuestRead, sets: readonly (readonly Turn[])[], onRow: OnRow): void {
  const turns = sets.flat();
  const bench = `dma/${name}`;
  const row = (key: Quantity): Samples => withRatios(samplesOf(turns, key), 'off');
  rowsOf(bench, 's', row('seconds')).forEach(onRow);
  rowsOf(`${bench}/cpu`, 's', row('cpuSeconds')).forEach(onRow);
  recordingRows(name, samplesOf(turns, 'seconds'), samplesOf(turns, 'cpuSeconds')).forEach(onRow);
  for (const mode of DMA_MODES) {
    const counts = sets.map((set) => set.map((turn) => turn[mode].instructions));
    checkRepeats(`reads through ${name}, the IOMMU ${mode},`, counts);
  }
  checkUnnoticed(`reads through ${name}`, samplesOf(turns, 'instructions'));
  onRow(exactRow(`${bench}/instructions`, 'instructions', row('instructions')));
  const { lazy = [], strict = [] } = samplesOf(turns, 'requests');
  onRow(exactRow(`${bench}/requests`, 'requests', { lazy, strict }));
}

/**
 * Guests, each in a process of its own as a user's is, of which one runs at a time. They read by turns: a slow
 * spell of the host hits all of them, and every other turn goes the other way round. One guest may be faster than
 * another for its whole life, by where its translated code came to lie: so there are new ones every few turns, booted in
 * another order. A ratio is the median over the turns. Rejects with `Error` when a guest can not be booted, a read
 * fails, or another set executes something else.
 */
export async function runDma(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const sets = new Map<GuestRead, (readonly Turn[])[]>(READS.map((read) => [read, []]));
  for (let done = 0, set = 0; done < runs; done += TURNS_OF_A_SET, set++) {
    const first = set % DMA_MODES.length;
    const order = [...DMA_MODES.slice(first), ...DMA_MODES.slice(0, first)];
    const count = Math.min(TURNS_OF_A_SET, runs - done);
    onProgress(`boots guests, the IOMMU ${order.join(', ')}`);
    await withGuests(order, async (guests) => {
      for (const [read, sofar] of sets) {
        onProgress(`reads ${read.bytes >> 20} MiB through ${read.name}`);
        sofar.push(await readWarm(guests, read, count));
      }
    });
  }
  for (const [read, all] of sets) report(read, all, onRow);
}
