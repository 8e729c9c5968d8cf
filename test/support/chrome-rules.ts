// The rules that a trace of Chrome JSON has to keep so that Perfetto shows all of it. Own reading of them: it knows nothing of
// how such a trace is written here.

type Fields = Readonly<Record<string, unknown>>;

const U32_END = 2 ** 32;
const NS_PER_US = 1000;

interface Slice {
  readonly from: number;
  readonly to: number;
}

/** What is wrong with the text of a trace, in sentences; nothing when all is well. */
export function chromeFlaws(text: string): readonly string[] {
  const file: unknown = JSON.parse(text);
  if (!isFields(file) || !Array.isArray(file['traceEvents'])) return ['there are no traceEvents'];
  const events: readonly unknown[] = file['traceEvents'];
  const checker = new Checker();
  for (const event of events) {
    if (isFields(event)) checker.take(event);
    else checker.flaws.push('an event is no object');
  }
  checker.end();
  if (file['displayTimeUnit'] !== 'ns') checker.flaws.push('displayTimeUnit is not ns');
  return checker.flaws;
}

class Checker {
  readonly flaws: string[] = [];
  readonly #processes = new Set<unknown>();
  readonly #threads = new Set<string>();
  readonly #owners = new Map<unknown, unknown>();
  readonly #open = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #slices = new Map<string, Slice[]>();
  readonly #flows = new Set<string>();
  #latest = 0;

  take(event: Fields): void {
    const { ph, pid, tid, name } = event;
    if (!isU32(pid)) this.#flaw(event, 'its pid is no number of 32 bits above 0');
    if (tid !== undefined && !isU32(tid)) this.#flaw(event, 'its tid is no such number');
    if (typeof name !== 'string' || name === '') this.#flaw(event, 'it has no name');
    if (!areArgs(event['args'])) this.#flaw(event, 'an argument is no text, truth or exact number');
    if (ph === 'M') {
      if (name === 'process_name') this.#processes.add(pid);
      if (name === 'thread_name') this.#nameThread(event);
      return;
    }
    this.#takeTimed(event);
  }

  end(): void {
    for (const key of this.#open.keys()) this.flaws.push(`the lifetime ${key} has no end`);
    for (const key of this.#flows) this.flaws.push(`the flow ${key} leads nowhere`);
  }

  // Perfetto names a thread by its tid alone, and takes that of a process for its first thread
  #nameThread(event: Fields): void {
    this.#threads.add(threadOf(event));
    const { pid, tid } = event;
    if ((this.#owners.get(tid) ?? pid) !== pid) this.#flaw(event, 'another process has its tid');
    if (tid !== pid && this.#processes.has(tid)) this.#flaw(event, 'its tid is the pid of another');
    this.#owners.set(tid, pid);
  }

  #takeTimed(event: Fields): void {
    const ts = nanoseconds(event['ts']);
    if (ts === undefined) return this.#flaw(event, 'its time is no number from 0');
    if (ts < this.#latest) this.#flaw(event, 'it comes behind a later one');
    this.#latest = Math.max(this.#latest, ts);
    if (!this.#processes.has(event['pid'])) this.#flaw(event, 'its process has no name');
    if (['X', 'i', 's', 'f'].includes(String(event['ph'])) && !this.#threads.has(threadOf(event))) {
      this.#flaw(event, 'its thread has no name');
    }
    switch (event['ph']) {
      case 'C':
        return this.#counter(event);
      case 'X':
        return this.#slice(event, ts);
      case 'i':
        if (!['g', 'p', 't'].includes(String(event['s']))) this.#flaw(event, 'it has no scope');
        return;
      case 'b':
      case 'e':
        return this.#lifetime(event, ts);
      case 's':
      case 'f':
        return this.#flow(event, ts);
      default:
        return this.#flaw(event, 'its kind is not known');
    }
  }

  #counter(event: Fields): void {
    const { args } = event;
    const values = isFields(args) ? Object.values(args) : [];
    if (values.length === 0 || values.some((value) => typeof value !== 'number' || value < 0)) {
      this.#flaw(event, 'a counter counts numbers from 0');
    }
  }

  #slice(event: Fields, from: number): void {
    const dur = nanoseconds(event['dur']);
    if (dur === undefined || dur <= 0) return this.#flaw(event, 'it takes no time');
    const slices = this.#slices.get(threadOf(event)) ?? [];
    this.#slices.set(threadOf(event), slices);
    const to = from + dur;
    const around = slices.filter((slice) => slice.to > from);
    if (around.some((slice) => slice.to < to)) this.#flaw(event, 'it overlaps one without nesting');
    slices.push({ from, to });
  }

  #lifetime(event: Fields, ts: number): void {
    const { ph, cat, id, name, pid } = event;
    if (typeof id !== 'string' || typeof cat !== 'string') return this.#flaw(event, 'it has no id');
    const key = [cat, id, name, pid].join(' ');
    const began = this.#open.get(key);
    if (ph === 'b') {
      if (this.#ids.has(id)) this.#flaw(event, 'another has its id');
      this.#ids.add(id);
      this.#open.set(key, ts);
    } else if (began === undefined) this.#flaw(event, 'it ends what has not begun');
    else this.#open.delete(key);
  }

  #flow(event: Fields, ts: number): void {
    const { ph, cat, id, name, bp } = event;
    const key = [cat, name, id].join(' ');
    // Perfetto reads the id of a flow as a number: text of any other kind drops the flow
    if (!/^(?:0x)?[0-9a-f]{1,16}$/.test(String(id))) this.#flaw(event, 'its id is no number');
    const slices = this.#slices.get(threadOf(event)) ?? [];
    if (!slices.some(({ from, to }) => from <= ts && ts < to)) {
      this.#flaw(event, 'it binds to no slice');
    }
    if (ph === 's') {
      if (this.#flows.has(key)) this.#flaw(event, 'another flow is the same');
      this.#flows.add(key);
      return;
    }
    if (bp !== 'e') this.#flaw(event, 'it does not bind to the slice around it');
    if (!this.#flows.delete(key)) this.#flaw(event, 'it ends a flow that has not begun');
  }

  #flaw(event: Fields, what: string): void {
    this.flaws.push(`${JSON.stringify(event)}: ${what}`);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isU32(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < U32_END;
}

function nanoseconds(us: unknown): number | undefined {
  if (typeof us !== 'number' || !Number.isFinite(us) || us < 0) return undefined;
  return Math.round(us * NS_PER_US);
}

function areArgs(args: unknown): boolean {
  if (args === undefined) return true;
  if (!isFields(args)) return false;
  return Object.values(args).every((value) =>
    typeof value === 'number'
      ? Number.isFinite(value)
      : ['string', 'boolean'].includes(typeof value),
  );
}

function threadOf({ pid, tid }: Fields): string {
  return `${String(pid)} ${String(tid)}`;
}
