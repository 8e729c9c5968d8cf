import { describe, expect, it } from 'vitest';
import { ConsoleNews } from './console-news.ts';

const MAX_CONSOLE = 1 << 18;
const CHUNK = 4096;
const NOTHING = { console: new Uint8Array(), isConsoleAnew: false };

describe('ConsoleNews', () => {
  it('gathers bytes in order, and starts over when they are taken', () => {
    const news = new ConsoleNews();
    news.add(Uint8Array.of(1, 2));
    news.add(Uint8Array.of(3));
    expect(news.hasNews).toBe(true);
    expect(news.take()).toEqual({ console: Uint8Array.of(1, 2, 3), isConsoleAnew: false });
    expect(news.hasNews).toBe(false);
    expect(news.take()).toEqual(NOTHING);
  });

  it('forgets what belongs to a machine that is gone', () => {
    const news = new ConsoleNews();
    news.add(Uint8Array.of(1));
    news.begin();
    news.add(Uint8Array.of(2));
    expect(news.take()).toEqual({ console: Uint8Array.of(2), isConsoleAnew: true });
    news.begin();
    news.add(Uint8Array.of(3));
    news.forget();
    expect(news.take()).toEqual(NOTHING);
  });

  it('keeps the newest bytes of a guest that prints without end', () => {
    const news = new ConsoleNews();
    for (let count = 0; count < 1000; count++) news.add(new Uint8Array(CHUNK).fill(count));
    const { console } = news.take();
    expect(console.length).toBe(MAX_CONSOLE);
    expect(console.at(-1)).toBe(999 & 0xff);
    expect(news.take().console.length).toBe(0);
  });
});
