// Where things stand in a trace of Chrome JSON: processes for what there is one of, and a thread for each endpoint and
// each domain. Perfetto names a thread by its number alone, and a number 0 is that of the process: each has one of its own.

/** An object of the list `traceEvents`. */
export type ChromeEvent = Readonly<Record<string, unknown>>;

export const DEVICE_PID = 1;
export const ENDPOINTS_PID = 2;
export const DOMAINS_PID = 3;
export const MAPPINGS_PID = 4;
export const GUEST_PID = 5;

const PROCESSES: readonly (readonly [pid: number, name: string])[] = [
  [DEVICE_PID, 'IOMMU'],
  [ENDPOINTS_PID, 'Endpoints'],
  [DOMAINS_PID, 'Domains'],
  [MAPPINGS_PID, 'Mappings'],
  [GUEST_PID, 'Guest'],
];

/** The place of an event. */
export interface Track {
  readonly pid: number;
  readonly tid: number;
}

/** Behind all processes. */
const FIRST_TID = 10;
const MAX_SORT_INDEX = 0x7fff_ffff;

function named(what: 'process' | 'thread', place: object, name: string, sort: number) {
  return [
    { ph: 'M', name: `${what}_name`, ...place, args: { name } },
    { ph: 'M', name: `${what}_sort_index`, ...place, args: { sort_index: sort } },
  ];
}

/** Names of all processes. */
export function processNames(): readonly ChromeEvent[] {
  return PROCESSES.flatMap(([pid, name]) => named('process', { pid }, name, pid));
}

export class Tracks {
  readonly #threads = new Map<string, Track>();
  #names: ChromeEvent[] = [];

  /** The thread of a process that has this name and this place among the others. */
  thread(pid: number, name: string, sort: number): Track {
    const key = `${pid} ${sort} ${name}`;
    const known = this.#threads.get(key);
    if (known !== undefined) return known;
    const track = { pid, tid: FIRST_TID + this.#threads.size };
    this.#threads.set(key, track);
    this.#names.push(...named('thread', track, name, Math.min(sort, MAX_SORT_INDEX)));
    return track;
  }

  /** Names of threads that are new since the last call. */
  takeNames(): readonly ChromeEvent[] {
    const names = this.#names;
    this.#names = [];
    return names;
  }
}
