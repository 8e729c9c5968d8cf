import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FirstText } from './first-text.ts';

const TEXT = Array.from({ length: 5_000 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('writes a little, then more, and then all that has come, in its order', () => {
  const written: string[] = [];
  const first = new FirstText((bytes) => written.push(new TextDecoder().decode(bytes)));
  const encoder = new TextEncoder();
  first.write(encoder.encode(TEXT));
  first.write(encoder.encode('and more'));
  expect(written.join('').length).toBeLessThan(500);
  first.painted();
  expect(written.join('').length).toBeLessThan(2_000);
  first.write(encoder.encode(', later'));
  // Out of sight nothing is painted
  vi.advanceTimersByTime(300);
  expect(written.join('')).toBe(`${TEXT}and more, later`);
  first.write(encoder.encode('.'));
  expect(written.at(-1)).toBe('.');
});

it('writes nothing more once it is disposed', () => {
  const written: Uint8Array[] = [];
  const first = new FirstText((bytes) => written.push(bytes));
  first.write(new TextEncoder().encode(TEXT));
  first.dispose();
  vi.advanceTimersByTime(1_000);
  expect(written).toHaveLength(1);
});
