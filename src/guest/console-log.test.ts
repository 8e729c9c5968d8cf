import { describe, expect, it } from 'vitest';
import { ConsoleLog } from './console-log.ts';

function logOf(...chunks: string[]): ConsoleLog {
  const log = new ConsoleLog();
  for (const chunk of chunks) log.take(new TextEncoder().encode(chunk));
  return log;
}

describe('ConsoleLog', () => {
  it('leaves out carriage returns and control sequences, also ones cut in two', () => {
    expect(logOf('one\r\n\u001b[3', '1mtwo\u001b[0m\u001b[6n').text).toBe('one\ntwo');
  });

  it('joins characters that arrive in two pieces', () => {
    const log = new ConsoleLog();
    const bytes = new TextEncoder().encode('ä');
    log.take(bytes.subarray(0, 1));
    log.take(bytes.subarray(1));
    expect(log.text).toBe('ä');
  });

  it('finds each match once, in order', () => {
    const log = logOf('login: ok\nlogin: no\n');
    expect(log.match(/login: (\w+)/)?.[1]).toBe('ok');
    expect(log.match(/login: (\w+)/)?.[1]).toBe('no');
    expect(log.match(/login: (\w+)/)).toBeUndefined();
  });

  it('takes a string literally', () => {
    expect(logOf('a+b (c)').match('+b (')?.index).toBe(1);
  });

  it('ignores the memory of a global pattern', () => {
    const pattern = /x/g;
    pattern.lastIndex = 5;
    expect(logOf('x').match(pattern)?.index).toBe(0);
  });

  it('does not find what was skipped', () => {
    const log = logOf('old');
    log.skip();
    expect(log.match('old')).toBeUndefined();
    expect(log.text).toBe('old');
  });

  it('forgets the oldest text and keeps its place', () => {
    const log = logOf('first\n');
    log.skip();
    log.take(new Uint8Array(1 << 20).fill(0x78));
    expect(log.text.length).toBe(1 << 20);
    expect(log.match(/first/)).toBeUndefined();
    expect(log.match(/x{5}/)?.index).toBe(0);
  });

  it('shows the last lines that say something', () => {
    expect(logOf('a\n\nb\n\nc').tail(2)).toEqual(['b', 'c']);
  });
});
