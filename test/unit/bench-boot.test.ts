import { describe, expect, it } from 'vitest';
import { readBootRun } from '../bench/boot-run.ts';

const RUN = { seconds: 1.5, cpuSeconds: 3, instructions: 165_000_000, events: 0, asked: 0 };

describe('readBootRun', () => {
  it.each([
    ['off', 0, 0],
    ['lazy', 0, 0],
    ['strict', 0, 0],
    ['recorded', 340, 0],
    ['traced', 340, 320],
  ] as const)('reads a run %s', (mode, events, asked) => {
    const run = { ...RUN, events, asked };
    expect(readBootRun(mode, JSON.stringify(run))).toEqual(run);
  });

  it.each([
    ['off', 1],
    ['strict', 340],
    ['recorded', 0],
    ['traced', 0],
  ] as const)('refuses a run %s that kept %i events', (mode, events) => {
    expect(() => readBootRun(mode, JSON.stringify({ ...RUN, events }))).toThrow(
      `${events} events were kept ${mode}`,
    );
  });

  it.each([
    ['recorded', 320],
    ['traced', 0],
  ] as const)('refuses a run %s that knows of %i events who asked', (mode, asked) => {
    const run = { ...RUN, events: 340, asked };
    expect(() => readBootRun(mode, JSON.stringify(run))).toThrow(
      `who asked is known of ${asked} ${mode}`,
    );
  });

  it.each(Object.keys(RUN))('refuses a run without its %s', (key) => {
    const text = JSON.stringify({ ...RUN, [key]: undefined });
    expect(() => readBootRun('off', text)).toThrow(`the run has no ${key}`);
  });

  it('refuses words', () => {
    expect(() => readBootRun('off', 'null')).toThrow('the run has no');
    expect(() => readBootRun('off', 'the guest was crashed')).toThrow(SyntaxError);
  });
});
