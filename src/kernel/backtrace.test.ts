import { describe, expect, it } from 'vitest';
import { readBacktrace } from './backtrace.ts';
import { SymbolTableBuilder } from './symbol-table.ts';
import { WALK_CUT, WALK_EXACT, WALK_INTERRUPT, WALK_TASK, WALK_USER } from './walk-layout.ts';
import { backtraceCaveats, frameWords, taskWords } from './who-words.ts';

const DD = [83, 83, 0x6464, 0, 0, 0];
const THREAD = [84, 83, 0x6b72_6f77, 0x7265, 0, 0];

const builder = new SymbolTableBuilder();
builder.add(0xc100_0000, 'vm_notify');
builder.add(0xc100_0100, 'virtqueue_kick');
builder.add(0xc100_0200, 'never_called');
const SYMBOLS = builder.build();

function read(flags: number, task: readonly number[], ...addresses: readonly number[]) {
  const words = Uint32Array.of(flags, ...task, ...addresses);
  return readBacktrace(words, words.length, SYMBOLS);
}

describe('a backtrace', () => {
  it('names a return address by the call before it, and an instruction by itself', () => {
    const { frames } = read(WALK_EXACT, DD, 0xc100_0100, 0xc100_0200, 0, 0xc100_0200);
    expect(frames.map(frameWords)).toEqual([
      'virtqueue_kick+0x0',
      'virtqueue_kick+0x100',
      'never_called+0x0',
    ]);
    expect(frames.map(({ isInstruction }) => isInstruction)).toEqual([true, false, true]);
    expect(frames.map(({ isInterrupted }) => isInterrupted)).toEqual([false, false, true]);
  });

  it('has raw addresses where there are no symbols, and says so', () => {
    const words = Uint32Array.of(0, ...DD, 0xc100_0104);
    const trace = readBacktrace(words, words.length, undefined);
    expect(trace.frames.map(frameWords)).toEqual(['0xc1000104']);
    expect(backtraceCaveats(trace)).toEqual([
      'This kernel has no symbols here: the addresses are raw.',
      'The innermost functions are not known.',
    ]);
  });

  it.each([
    [WALK_TASK, DD, 'dd (pid 83)'],
    [WALK_TASK, THREAD, 'worker (pid 83, thread 84)'],
    [WALK_TASK | WALK_INTERRUPT, DD, 'an interrupt, while dd (pid 83) ran'],
    [0, DD, undefined],
  ])('tells the task of flags %i and words %j', (flags, task, words) => {
    const { task: found, isInInterrupt } = read(flags, task);
    expect(found && taskWords(found, isInInterrupt)).toBe(words);
  });

  it.each<[number, readonly number[], readonly string[]]>([
    [WALK_EXACT, [0xc100_0000], []],
    [0, [0xc100_0104], ['The innermost functions are not known.']],
    [WALK_EXACT | WALK_CUT, [0xc100_0000], ['There are more callers.']],
    [WALK_USER, [], ['A program made the access itself, without the kernel.']],
    [0, [], ['No stack can be read: the kernel has no frame pointers, or does not run yet.']],
  ])('warns by flags %i and addresses %j', (flags, addresses, caveats) => {
    expect(backtraceCaveats(read(flags, DD, ...addresses))).toEqual(caveats);
  });

  it('reads words that no walk left', () => {
    expect(readBacktrace(new Uint32Array(0), 39, SYMBOLS).frames).toEqual([]);
    expect(readBacktrace(new Uint32Array(100).fill(0xffff_ffff), 100, SYMBOLS).frames.length).toBe(
      32,
    );
  });
});
