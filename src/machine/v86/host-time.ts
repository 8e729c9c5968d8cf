// The time that v86's devices see. v86 keeps `performance.now` as it finds it while its module is evaluated, and looks
// up `Date` when it needs it: this module is imported before v86, and puts the clock of the machine that runs in both.

import type { GuestClock } from './guest-clock.ts';

const hostNow = performance.now.bind(performance);
const HostDate = Date;
const hostWorker: unknown = Reflect.get(globalThis, 'Worker');

/** The machine that runs now: v86 has one module for all its machines, and machines run one at a time. */
let running: { readonly clock: GuestClock; readonly epochMs: number | undefined } | undefined;
let isLoading = true;

/** `Date` on the running machine's clock. It knows no time zone, which is the host's affair. */
class GuestDate extends HostDate {
  constructor(...parts: ConstructorParameters<DateConstructor>) {
    super(...parts);
    const { length }: readonly unknown[] = parts;
    if (length === 0) this.setTime(GuestDate.now());
  }

  static override now(): number {
    return Math.floor((running?.epochMs ?? 0) + (running?.clock.nowMs ?? 0));
  }

  override getTimezoneOffset(): number {
    return 0;
  }
}

// v86 makes a worker from a blob for its pauses when it finds workers, which a strict content security policy refuses; the
// machine paces itself.
Reflect.set(globalThis, 'Worker', undefined);
Reflect.set(performance, 'now', () => (isLoading ? hostNow() : (running?.clock.read() ?? 0)));

/** To be called once v86's module is there: the host has its own functions back. */
export function giveBackHostTime(): void {
  isLoading = false;
  Reflect.deleteProperty(performance, 'now');
  if (hostWorker === undefined) Reflect.deleteProperty(globalThis, 'Worker');
  else Reflect.set(globalThis, 'Worker', hostWorker);
}

/**
 * Does something of a machine's, during which v86 sees this clock. `epochMs` is the date at which the clock shows 0, in
 * milliseconds since 1970; undefined leaves the host's date.
 */
export function onGuestTime<T>(clock: GuestClock, epochMs: number | undefined, action: () => T): T {
  const before = running;
  running = { clock, epochMs };
  if (epochMs !== undefined) Reflect.set(globalThis, 'Date', GuestDate);
  try {
    return action();
  } finally {
    running = before;
    if (epochMs !== undefined) Reflect.set(globalThis, 'Date', HostDate);
  }
}
