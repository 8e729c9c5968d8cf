// Races the deterministic machine against the one on the host's clock, in Node or in a browser's worker.

import type { GuestFiles } from '../support/bare-guest.ts';
import { CLOCKS, ClockGuest, type ClockName } from './clock-guest.ts';
import { READS, type GuestRead } from './dma-reads.ts';

/** Milliseconds of each clock, by what was timed; those of one index were taken in one turn. */
export type ClockTimes = Readonly<Record<string, Readonly<Record<ClockName, readonly number[]>>>>;

/** Reads of one kind that count of one set of guests, and those before. */
const TURNS_OF_A_SET = 5;
const WARMING_READS = 12;

type Turn = Readonly<Record<ClockName, number>>;

/** Does something once for each clock, in this order. */
async function takeTurn(
  order: readonly ClockName[],
  time: (clock: ClockName) => Promise<number>,
): Promise<Turn> {
  const turn: Record<ClockName, number> = { guest: 0, unlogged: 0, host: 0 };
  for (const clock of order) turn[clock] = await time(clock);
  return turn;
}

/** Every turn begins with another one. */
function orderOf(number: number): readonly ClockName[] {
  const first = number % CLOCKS.length;
  return [...CLOCKS.slice(first), ...CLOCKS.slice(0, first)];
}

async function readWarm(
  guests: ReadonlyMap<ClockName, ClockGuest>,
  { prepare, command }: GuestRead,
): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  for (let number = 0; number < WARMING_READS + TURNS_OF_A_SET; number += 1) {
    const turn = await takeTurn(orderOf(number), async (clock) => {
      await guests.get(clock)?.run(prepare);
      return (await guests.get(clock)?.run(command)) ?? 0;
    });
    if (number >= WARMING_READS) turns.push(turn);
  }
  return turns;
}

function timesOf(turns: readonly Turn[]): ClockTimes[string] {
  return {
    guest: turns.map(({ guest }) => guest),
    unlogged: turns.map(({ unlogged }) => unlogged),
    host: turns.map(({ host }) => host),
  };
}

/**
 * Boots a guest on each clock so many times, and lets each set of them read by turns; all in one process, in which what
 * was compiled once is there for the next. The boots of a first set do not count. Rejects with `Error` when a guest fails.
 */
export async function raceClocks(
  files: GuestFiles,
  sets: number,
  onProgress: (text: string) => void,
): Promise<ClockTimes> {
  const boots: Turn[] = [];
  const reads = new Map<GuestRead, Turn[]>(READS.map((read) => [read, []]));
  for (let set = 0; set <= sets; set += 1) {
    onProgress(set === 0 ? 'boots guests to warm up' : `boots set ${set} of ${sets}`);
    const guests = new Map<ClockName, ClockGuest>();
    const boot = await takeTurn(orderOf(set), async (clock) => {
      const guest = await ClockGuest.boot(files, clock);
      guests.set(clock, guest);
      return guest.bootMs;
    });
    if (set > 0) {
      boots.push(boot);
      for (const [read, turns] of reads) turns.push(...(await readWarm(guests, read)));
    }
    for (const guest of guests.values()) await guest.dispose();
  }
  const rows = [...reads].map(([{ name }, turns]) => [name, timesOf(turns)]);
  return { boot: timesOf(boots), ...Object.fromEntries(rows) };
}
