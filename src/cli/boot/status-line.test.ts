import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StatusLine } from './status-line.ts';

const ERASE = '\r\u001b[K';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function lineOf(texts: readonly string[], columns = 80): { line: StatusLine; said: string[] } {
  const said: string[] = [];
  const left = [...texts];
  const note = (text: string | Uint8Array): void => {
    said.push(typeof text === 'string' ? text : new TextDecoder().decode(text));
  };
  const text = (): string => left.shift() ?? 'last';
  return { line: new StatusLine({ out: note, err: note }, text, () => columns), said };
}

it('says once a second what is waited for, and is erased in the end', () => {
  const { line, said } = lineOf(['kernel, 1 s', 'kernel, 2 s']);
  vi.advanceTimersByTime(2000);
  line.end();
  vi.advanceTimersByTime(5000);
  expect(said).toEqual([`${ERASE}kernel, 1 s`, `${ERASE}kernel, 2 s`, ERASE]);
});

it('makes room for everything else', () => {
  const { line, said } = lineOf(['kernel, 1 s']);
  vi.advanceTimersByTime(1000);
  line.output.out('console\n');
  line.output.err(new TextEncoder().encode('more\n'));
  line.end();
  expect(said).toEqual([`${ERASE}kernel, 1 s`, ERASE, 'console\n', 'more\n']);
});

it('waits for the end of a line that was begun', () => {
  const { line, said } = lineOf(['waiting']);
  line.output.out('prompt # ');
  vi.advanceTimersByTime(3000);
  expect(said).toEqual(['prompt # ']);
  line.output.out(new TextEncoder().encode('\n'));
  vi.advanceTimersByTime(1000);
  line.end();
  expect(said).toEqual(['prompt # ', '\n', `${ERASE}waiting`, ERASE]);
});

it('is no longer than the terminal is wide', () => {
  const { line, said } = lineOf(['0123456789'], 5);
  vi.advanceTimersByTime(1000);
  line.end();
  expect(said).toEqual([`${ERASE}0123`, ERASE]);
});
