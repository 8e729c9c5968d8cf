import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../../test/support/expect-same.ts';
import { InputError } from '../images/guest-images.ts';
import { DEFAULT_PLAN } from '../plan/plan-check.ts';
import type { Input, LoggedInput } from './input.ts';
import { Recorder, recordingOf } from './recorder.ts';
import { decodeRecording, encodeHead } from './recording-file.ts';
import { headOf } from './recording-head.ts';

const END = { digest: 'ab'.repeat(32), instructions: 12_345_678_901 };

const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    kind: fc.constantFrom<('console' | 'agent')[]>('console', 'agent'),
    bytes: fc.uint8Array({ maxLength: 40 }),
  }),
  fc.record({
    kind: fc.constant('access' as const),
    request: fc.record({
      endpoint: fc.nat(),
      address: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      access: fc.constantFrom<('read' | 'write')[]>('read', 'write'),
      length: fc.integer({ min: 1, max: 4096 }),
    }),
  }),
  fc.record({
    kind: fc.constant('file' as const),
    name: fc.constantFrom('edu.ko', 'naïve', 'a b'),
    bytes: fc.uint8Array({ maxLength: 40 }),
  }),
  fc.record({
    kind: fc.constantFrom<('power-cycle' | 'forget-code')[]>('power-cycle', 'forget-code'),
  }),
);

/** Inputs at rising ticks, some of them at the same one. */
const inputs: fc.Arbitrary<readonly LoggedInput[]> = fc
  .array(fc.tuple(fc.nat(1_000_000), fc.nat(100_000), input), { maxLength: 30 })
  .map((parts) => {
    let tick = 0;
    return parts.map(([more, idleUs, each]) => {
      tick += more;
      return { tick, idleUs, input: each };
    });
  });

const run = fc.tuple(inputs, fc.uint8Array({ maxLength: 600 })).map(([done, marks]) => ({
  ticks: (done.at(-1)?.tick ?? 0) + 7,
  events: marks.length,
  inputs: done,
  marks,
}));

describe('a recording', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(run, (progress) => {
        const read = decodeRecording(recordingOf(DEFAULT_PLAN, progress, END));
        const head = headOf(DEFAULT_PLAN);
        expectSame(read, { ...progress, head, end: END, damage: undefined });
      }),
    );
  });

  it('is the same however often it is written on the way', () => {
    fc.assert(
      fc.property(run, fc.array(fc.nat(600)), (progress, stops) => {
        const parts: Uint8Array[] = [];
        const recorder = new Recorder(DEFAULT_PLAN, (bytes) => parts.push(bytes));
        for (const stop of [...stops].sort((a, b) => a - b)) {
          const events = Math.min(stop, progress.events);
          recorder.flush({ ticks: 0, events, inputs: [], marks: progress.marks.slice(0, events) });
        }
        recorder.end(progress, END);
        const read = decodeRecording(Buffer.concat(parts));
        expect(read).toMatchObject({ inputs: progress.inputs, marks: progress.marks, end: END });
      }),
    );
  });

  it('cut short anywhere is whole up to its last whole part, or says in a sentence that it is none', () => {
    const inputsDone = [1, 2, 3].map((tick) => ({
      tick,
      idleUs: 5,
      input: { kind: 'console' as const, bytes: Uint8Array.of(tick) },
    }));
    const parts: Uint8Array[] = [];
    const recorder = new Recorder(DEFAULT_PLAN, (bytes) => parts.push(bytes));
    const marks = Uint8Array.from({ length: 9 }, (_, index) => index);
    for (const count of [1, 2, 3]) {
      recorder.flush({
        ticks: count,
        events: 3 * count,
        inputs: inputsDone.slice(0, count),
        marks: marks.slice(0, 3 * count),
      });
    }
    const file = Buffer.concat(parts);
    const headBytes = encodeHead(headOf(DEFAULT_PLAN)).length;
    for (let length = 0; length < file.length; length += 1) {
      const cut = file.subarray(0, length);
      if (length < headBytes) {
        expect(() => decodeRecording(cut)).toThrow(InputError);
        continue;
      }
      const read = decodeRecording(cut);
      expect(read.inputs).toEqual(inputsDone.slice(0, read.inputs.length));
      expect(read.marks).toEqual(marks.slice(0, read.events));
      expect(read.damage).toMatch(
        /cut short or damaged after event \d+: what is before it is whole/,
      );
    }
  });

  it('with any byte changed says so, and keeps what is before', () => {
    const progress = { ticks: 9, events: 3, inputs: [], marks: Uint8Array.of(1, 2, 3) };
    const file = recordingOf(DEFAULT_PLAN, progress, END);
    for (let at = 0; at < file.length; at += 1) {
      const damaged = file.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      let read: ReturnType<typeof decodeRecording> | undefined;
      try {
        read = decodeRecording(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
      if (read !== undefined) expect(read.damage).toBeDefined();
    }
  });

  it.each([
    ['v86', '0.4.1', /another version of v86: 0\.4\.1, and this program has 0\.5\.462/],
    ['version', 99, /another format: 99/],
    ['instructionNs', 7, /another nanoseconds an instruction: 7/],
  ])('that was made with another %s is refused in words', (key, value, message) => {
    const head = { ...headOf(DEFAULT_PLAN), [key]: value };
    expect(() => decodeRecording(encodeHead(head))).toThrow(message);
  });
});
