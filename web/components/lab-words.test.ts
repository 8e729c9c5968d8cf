import { describe, expect, it } from 'vitest';
import { sweepRow, sweepVerdict } from './sweep-words.ts';
import { armedWords, windowPath, windowWords } from './window-words.ts';

const RESULT = {
  sequence: 7,
  pages: 4,
  accesses: 1200,
  leaked: 0,
  wronglyBlocked: 0,
  wrong: [],
  endpoints: [],
};

const REPORT = {
  unmaps: 3,
  looks: 100,
  lateCount: 0,
  late: [],
  longestMs: 0,
  medianMs: 0,
  lateBytes: 0,
  peakBytes: 0,
  fromMs: 1000,
  toMs: 1100,
};

describe('a sweep in words', () => {
  it('counts pages by what can be done with them', () => {
    expect(
      sweepRow({ id: 1, name: 'ide', isMaster: true, map: Uint8Array.of(0, 1, 2, 3, 7, 4) }),
    ).toEqual({
      name: 'ide',
      reads: 3,
      writes: 3,
      wrong: 2,
      words: 'reaches 4 pages',
    });
    expect(sweepRow({ id: 1, name: 'ide', isMaster: true, map: new Uint8Array(3) }).words).toBe(
      'reaches nothing',
    );
    expect(sweepRow({ id: 1, name: 'ide', isMaster: true, map: Uint8Array.of(1) }).words).toBe(
      'reaches 1 page',
    );
    expect(sweepRow({ id: 1, name: 'edu', isMaster: false, map: Uint8Array.of(1) }).words).toBe(
      'would reach, once it masters the bus, 1 page',
    );
  });

  it('says what leaks', () => {
    expect(sweepVerdict(RESULT)).toMatchObject({ isGood: true, short: 'Nothing leaks.' });
    const wrong = sweepVerdict({ ...RESULT, leaked: 2, wronglyBlocked: 1 });
    expect(wrong.isGood).toBe(false);
    expect(wrong.text).toContain('2 reached what they may not, and 1 were stopped');
  });
});

describe('the unmap window in words', () => {
  it('says that none is open, and how long one was', () => {
    expect(windowWords({ ...REPORT, unmaps: 0 }).short).toBe('Nothing was unmapped yet.');
    expect(windowWords(REPORT).text).toContain('None of 3 UNMAPs');
    const open = windowWords({ ...REPORT, lateCount: 2, longestMs: 12.34, peakBytes: 8192 });
    expect(open.text).toContain('Up to 8 KiB, for up to 12.3 ms');
  });

  it('draws what is within reach, what still waits included', () => {
    const range = { domain: 1, virtStart: 0n, virtEnd: 4095n, bytes: 4096 };
    const late = [
      { ...range, openedMs: 1010, closedMs: 1050 },
      { ...range, openedMs: 1020, closedMs: null },
    ];
    const path = windowPath({ ...REPORT, lateCount: 2, late, peakBytes: 8192 }, 100, 104);
    expect(path).toBe('M0 104H10V54H20V4H50V54H100V104H100V104Z');
  });
});

describe('an armed access in words', () => {
  const endpoints = [{ id: 80, name: 'virtio-net' }];
  const shot = {
    request: { endpoint: 80, access: 'read', length: 16, address: 0xfffff000n },
    result: { outcome: 'completed', bytes: new Uint8Array(16), isBypass: false, region: null },
    sequence: 9,
    timeMs: 1500,
    instructions: 1,
  } as const;

  it('waits, and was let through or stopped', () => {
    expect(armedWords({ kind: 'none' }, endpoints)).toBeNull();
    expect(armedWords({ kind: 'armed', endpoint: 80 }, endpoints)?.text).toContain(
      'virtio-net reads',
    );
    expect(armedWords({ kind: 'failed', message: 'No PC.' }, endpoints)?.text).toBe('No PC.');
    const made = armedWords({ kind: 'made', shot }, endpoints);
    expect(made).toMatchObject({ short: 'Let through.', tone: 'warning' });
    expect(made?.text).toContain('16 bytes at 0xfffff000');
    const result = { outcome: 'blocked', reason: 2, address: 0n, mappedFlags: null } as const;
    const stopped = armedWords({ kind: 'made', shot: { ...shot, result } }, endpoints);
    expect(stopped?.short).toBe('Stopped.');
  });

  it.each([
    [{ outcome: 'no-memory', address: 0n }, 'Nothing stopped it.'],
    [{ outcome: 'no-master' }, 'Not begun.'],
  ] as const)('was not stopped where it came to %o', (result, short) => {
    const made = armedWords({ kind: 'made', shot: { ...shot, result } }, endpoints);
    expect(made?.short).toBe(short);
  });
});
