import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readerFor } from '../../src/trace/formats/any-reader.ts';
import { History } from '../../src/trace/replay/history.ts';
import { exportTrace } from './trace-export.ts';

const TRACE = join(import.meta.dirname, '../../test/support/traces/qemu-7.2.txt');
let history: History;

beforeAll(async () => {
  const reader = readerFor(readFileSync(TRACE));
  await reader.push(readFileSync(TRACE));
  await reader.end();
  if (reader.record === undefined) throw new Error('no record');
  history = new History(reader.record, { keyframe: reader.keyframe });
});

describe('a record as a file', () => {
  it.each(['viommu', 'jsonl'] as const)('of format %s is read again', async (format) => {
    const file = await exportTrace(format, history, { now: () => 0, rest: async () => undefined });
    const bytes = new Uint8Array(await file.arrayBuffer());
    const reader = readerFor(bytes);
    await reader.push(bytes);
    await reader.end();
    expect(reader.record?.lastSequence).toBe(history.record.lastSequence);
  });

  it.each([
    ['csv', /^sequence,/],
    ['chrome', /^\{\s*"traceEvents"/],
  ] as const)('of format %s is what others read', async (format, start) => {
    const file = await exportTrace(format, history, { now: () => 0, rest: async () => undefined });
    expect(await file.text()).toMatch(start);
  });

  it('gives the page its turn between slices', async () => {
    let time = 0;
    const rest = vi.fn(async () => undefined);
    const now = (): number => {
      time += 4;
      return time;
    };
    await exportTrace('csv', history, { now, rest });
    expect(rest).toHaveBeenCalled();
  });
});
