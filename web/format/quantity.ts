// Sizes, counts, rates and times in text, short enough for a table cell.

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
const KIBI = 1024;
const COMPACT_FROM = 10_000;

/** `4 KiB`, `1.5 MiB`: one decimal below ten of a unit, none when it would be zero. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= KIBI && unit < BINARY_UNITS.length - 1) {
    value /= KIBI;
    unit++;
  }
  const digits = value < 10 && unit > 0 && !Number.isInteger(value) ? 1 : 0;
  const text = value.toFixed(digits).replace(/\.0$/, '');
  return `${text} ${BINARY_UNITS[unit] ?? 'B'}`;
}

const plain = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `9,999`, then `10K`, `1.2M`. */
export function formatCount(count: number): string {
  return count < COMPACT_FROM ? plain.format(count) : compact.format(count);
}

/** Every digit, grouped: `12,345`. */
export function formatExact(count: number): string {
  return plain.format(count);
}

/** Something a second: `0.4`, `12`, `9,999`, `1.2M`. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 && !Number.isInteger(perSecond)
    ? perSecond.toFixed(1)
    : formatCount(Math.round(perSecond));
}

/** What times of events count from: Linux's differ by the firmware's part. */
export const TIME_TITLE =
  'Seconds that the PC has run, earlier starts included; Linux’s log counts from its own start';

/** Time of an event in seconds: `12.345`. */
export function formatSeconds(timeMs: number): string {
  return (timeMs / 1000).toFixed(3);
}

/** The same, with as many digits as it takes where so many milliseconds are all that is shown: `12.34500123`. */
export function formatFine(timeMs: number, spanMs: number): string {
  const digits = Math.max(3, Math.min(8, 5 - Math.floor(Math.log10(Math.max(1e-3, spanMs)))));
  return (timeMs / 1000).toFixed(digits);
}

/** A length of time in the unit that suits it, with three digits: `1.20 s`, `35.0 ms`, `480 ns`; a record knows 10 ns. */
export function formatDuration(spanMs: number): string {
  const [value, unit] = inUnit(spanMs * 1e6);
  const digits = unit === 'ns' ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.max(1, value))));
  return `${value.toFixed(digits)} ${unit}`;
}

function inUnit(nanoseconds: number): readonly [number, string] {
  // What would be rounded up to 1,000 belongs to the next unit
  if (nanoseconds < 999.5) return [nanoseconds, 'ns'];
  if (nanoseconds < 999.5e3) return [nanoseconds / 1e3, 'µs'];
  if (nanoseconds < 999.5e6) return [nanoseconds / 1e6, 'ms'];
  return [nanoseconds / 1e9, 's'];
}

/** A running clock: `0:07`, `12:34`, `1:02:03`. */
export function formatClock(timeMs: number): string {
  const total = Math.floor(timeMs / 1000);
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`
    : `${minutes}:${seconds}`;
}

/** `1 mapping`, `2 mappings`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatExact(count)} ${count === 1 ? one : many}`;
}
