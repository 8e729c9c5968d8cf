import { describe, expect, it } from 'vitest';
import { recordOf, symbolize } from '../../../test/support/filter-records.ts';
import { Recorder } from '../record/recorder.ts';
import { compileFilter } from './compile-filter.ts';

describe('marks', () => {
  const at = { sequence: 7, timeMs: 2, instructions: 500 };
  const console = { kind: 'console', line: 'Kernel panic - not syncing', ...at } as const;
  const access = {
    kind: 'access',
    endpoint: 1,
    address: 0x1ff0n,
    length: 32,
    access: 'write',
    outcome: 'completed',
    isBypass: false,
    fault: null,
    ...at,
  } as const;
  const doorbell = {
    kind: 'doorbell',
    endpoint: 2,
    address: 0xfee0_0000n,
    data: 1,
    ...at,
  } as const;

  const sample = {
    kind: 'sample',
    endpoint: 1,
    address: 0x3000n,
    length: 16,
    access: 'read',
    isRing: false,
    ...at,
  } as const;
  const notification = {
    kind: 'notification',
    endpoint: null,
    queue: 0,
    count: 3,
    ...at,
  } as const;

  it.each([
    ['task == "dd"', [true, false, false]],
    ['task != "dd"', [false, true, false]],
    ['by("virtblk_add_req")', [true, false, false]],
    ['!by("virtblk_add_req")', [false, true, true]],
    ['pid in 7..8', [true, true, false]],
  ])('are looked at by who was behind them: %s', (text, expected) => {
    const recorder = new Recorder();
    const time = { timeMs: 1, instructions: 2 };
    const stack = { addresses: Uint32Array.of(0x10), isInnermostCertain: true };
    const task = { pid: 7, tgid: 7, isInterrupted: false };
    const dd = recorder.numberOf({ task: { ...task, comm: 'dd' }, stack });
    const sh = recorder.numberOf({ task: { ...task, pid: 8, comm: 'sh' }, stack: null });
    const content = { kind: 'notification', endpoint: 1, queue: 0, count: 1 } as const;
    for (const who of [dd, sh, 0]) recorder.mark(content, time, who);
    const record = recordOf([]);
    for (const batch of recorder.take()) record.append(batch);
    const compiled = compileFilter(text, record, { symbolize });
    const passed = record.marks.map(
      (mark) => compiled.isValid && compiled.filter.matchesMark(mark),
    );
    expect(passed).toEqual(expected);
  });

  it.each([
    ['kind == sample && length == 16 && flags has read && iova == 0x300f', [true, false]],
    ['kind == notification', [false, true]],
    ['endpoint == "disk"', [true, false]],
    ['endpoint == 0', [false, false]],
  ])('are looked at by what they have: %s', (text, expected) => {
    const compiled = compileFilter(text, recordOf([]));
    const passed = [sample, notification].map(
      (mark) => compiled.isValid && compiled.filter.matchesMark(mark),
    );
    expect(passed).toEqual(expected);
  });

  it.each([
    ['console ~ "PANIC"', [true, false, false]],
    ['console != "x"', [true, false, false]],
    ['!(console ~ "panic")', [false, true, true]],
    ['kind in {console, map}', [true, false, false]],
    ['kind != doorbell', [true, true, false]],
    ['iova in 0x2000..0x2fff', [false, true, false]],
    ['iova == 0xfee00000', [false, false, true]],
    ['endpoint == "disk"', [false, true, false]],
    ['endpoint != "disk"', [false, false, true]],
    ['flags has write', [false, true, false]],
    ['flags has bypass', [false, false, false]],
    ['length == 32', [false, true, false]],
    ['time == 2ms && sequence == 7 && instructions <= 500', [true, true, true]],
    ['time > 2ms || refused || task == "dd" || domain == 1', [false, false, false]],
    ['', [true, true, true]],
  ])('pass as events do: %s', (text, expected) => {
    const compiled = compileFilter(text, recordOf([]));
    const passed = [console, access, doorbell].map(
      (mark) => compiled.isValid && compiled.filter.matchesMark(mark),
    );
    expect(passed).toEqual(expected);
  });
});
