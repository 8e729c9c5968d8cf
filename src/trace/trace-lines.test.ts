import { expect, it } from 'vitest';
import { traceLine } from './trace-lines.ts';

it('writes one event as one line, 64-bit values in hexadecimal', () => {
  const event = {
    timeMs: 812.3456789,
    instructions: 81_234_567,
    event: {
      kind: 'mapped',
      domain: 1,
      virtStart: 0xffff_ffff_ffff_f000n,
      virtEnd: 0xffff_ffff_ffff_ffffn,
      physStart: 0n,
      flags: 3,
      status: 0,
      sequence: 7,
    },
  } as const;
  expect(traceLine(event, true)).toBe(
    '{"sequence":7,"timeMs":812.346,"kind":"mapped","domain":1,"virtStart":"0xfffffffffffff000",' +
      '"virtEnd":"0xffffffffffffffff","physStart":"0x0","flags":3,"status":0}\n',
  );
});
