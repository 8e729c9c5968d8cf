import { describe, expect, it } from 'vitest';
import { BootWatch } from './boot-watch.ts';

const LINUX = '[    0.000000] Linux version 6.12.1 (gcc)\r\n';
const IOMMU = '[    0.500000] virtio_iommu virtio0: input address: 32 bits\r\n';
const INIT = '[    1.000000] Run /init as init process\r\n';
const PANIC = '[    2.000000] Kernel panic - not syncing: No working init found.\r\n';
const ASK_CURSOR = '\u001b[6n';
const MAX_LINE = 4096;
const KEPT_LINES = 40;

function watch(...chunks: readonly string[]): BootWatch {
  const watch = new BootWatch();
  for (const chunk of chunks) watch.take(new TextEncoder().encode(chunk));
  return watch;
}

describe('BootWatch stages', () => {
  it.each([
    ['firmware', ['SeaBIOS (version 1.16)\r\n']],
    ['kernel', [LINUX]],
    ['iommu', [LINUX, IOMMU]],
    ['iommu', [LINUX, '[    0.5] virtio_iommu virtio3: page mask: 0xfffffffffffff000\n']],
    ['userspace', [LINUX, IOMMU, INIT]],
    ['userspace', [LINUX, INIT]],
    ['ready', [LINUX, IOMMU, INIT, '/ # ']],
  ])('is %s after its mark', (stage, chunks) => {
    expect(watch(...chunks).stage).toBe(stage);
  });

  it('does not go back', () => {
    expect(watch(LINUX, INIT, IOMMU, LINUX).stage).toBe('userspace');
    expect(watch(LINUX, INIT, '/ # ', INIT).stage).toBe('ready');
  });

  it('finds a mark that comes in pieces of one byte', () => {
    expect(watch(...(LINUX + IOMMU).split('')).stage).toBe('iommu');
  });

  it('waits for the end of the line that holds a mark', () => {
    expect(watch('Linux version 6').stage).toBe('firmware');
  });
});

describe('BootWatch prompt', () => {
  it.each<[string, readonly string[]]>([
    ['root’s', ['/ # ']],
    ['a user’s', ['user@host:~$ ']],
    ['with a question for the cursor behind it', [`/ # ${ASK_CURSOR}`]],
    ['in colours, which end behind it', ['\u001b[1;34m~\u001b[0m # \u001b[0m']],
    ['split between its two characters', ['/ #', ' ']],
    ['split within a control sequence', ['/ # \u001b[', '6n']],
    ['with a carriage return before it', ['\r/ # ']],
    ['after a welcome', ['welcome\r\n\r\n~ # ']],
  ])('%s makes it ready', (_what, chunks) => {
    expect(watch(LINUX, ...chunks).stage).toBe('ready');
  });

  it.each<[string, readonly string[]]>([
    ['followed by text', [LINUX, '# make\r\n']],
    ['followed by text in the same line', [LINUX, '# comment']],
    ['without its blank', [LINUX, '/ #']],
  ])('%s does not', (_what, chunks) => {
    expect(watch(...chunks).stage).not.toBe('ready');
  });

  it('makes it ready after a kernel that was told to be quiet', () => {
    expect(watch('\r\nviommu:~# ').stage).toBe('ready');
  });

  it('can be another one', () => {
    const watch = new BootWatch(/login: $/);
    watch.take(new TextEncoder().encode(`${LINUX}/ # `));
    expect(watch.stage).toBe('kernel');
    watch.take(new TextEncoder().encode('\ndebian login: '));
    expect(watch.stage).toBe('ready');
  });
});

describe('BootWatch panic', () => {
  it.each([
    ['with the time', PANIC],
    ['without the time', PANIC.slice(15)],
    ['behind a prompt that waits', `/ # ${PANIC}`],
  ])('tells the kernel’s words, %s', (_what, line) => {
    expect(watch(LINUX, line).panic).toBe('No working init found.');
  });

  it('keeps the first', () => {
    expect(watch(PANIC, PANIC.replace('No working', 'Another')).panic).toBe(
      'No working init found.',
    );
  });

  it('is over when the kernel says so, and not before', () => {
    const end =
      '[    2.100000] ---[ end Kernel panic - not syncing: No working init found. ]---\r\n';
    expect(watch(LINUX, PANIC).isPanicOver).toBe(false);
    expect(watch(LINUX, PANIC, end).isPanicOver).toBe(true);
    expect(watch(LINUX, '/ # echo ---[ end Kernel panic\r\n').isPanicOver).toBe(false);
  });

  it('is not what a user types', () => {
    expect(watch(LINUX, '/ # echo Kernel panic - not syncing: no\r\n').panic).toBeUndefined();
  });
});

describe('BootWatch oops', () => {
  const BUG = 'BUG: kernel NULL pointer dereference, address: 00000018';

  it.each([
    ['a bad pointer', `[    1.395398] ${BUG}`, BUG],
    [
      'a bad instruction',
      '[   12.000000] Oops: invalid opcode: 0000 [#1]',
      'Oops: invalid opcode: 0000 [#1]',
    ],
    [
      'the code alone',
      '[    1.395729] Oops: Oops: 0000 [#2] PREEMPT',
      'Oops: Oops: 0000 [#2] PREEMPT',
    ],
  ])('tells the kernel’s words: %s', (_what, line, words) => {
    expect(watch(LINUX, `${line}\r\n`).oops?.words).toBe(words);
  });

  it('keeps the first with what follows, in bounds', () => {
    const line = `[    1.395398] ${BUG}\r\n`;
    const { oops } = watch(LINUX, line, 'EIP: here\r\n', '[ 1.4] Oops: Oops: 0000 [#1]\r\n');
    expect(oops?.words).toBe(BUG);
    expect(oops?.report).toEqual([line.trim(), 'EIP: here', '[ 1.4] Oops: Oops: 0000 [#1]']);
    expect(watch(line, 'more\r\n'.repeat(1000)).oops?.report).toHaveLength(30);
  });

  it.each([
    ['what a user types', '/ # echo BUG: kernel NULL pointer\r\n'],
    ['a warning', '[    1.0] WARNING: CPU: 0 PID: 41 at drivers/iommu/iommu.c:123\r\n'],
  ])('is not %s', (_what, line) => {
    expect(watch(LINUX, line).oops).toBeUndefined();
  });
});

describe('BootWatch tail', () => {
  it('has the last lines and the unfinished one, without carriage returns', () => {
    expect(watch('one\r\ntwo\r\nthr', 'ee').tail).toEqual(['one', 'two', 'three']);
  });

  it('joins a character whose bytes come apart', () => {
    const watch = new BootWatch();
    const bytes = new TextEncoder().encode('Grüße 🐧\n');
    for (const byte of bytes) watch.take(Uint8Array.of(byte));
    expect(watch.tail).toEqual(['Grüße 🐧']);
  });

  it('shows bytes that are no UTF-8 as replacement characters', () => {
    const watch = new BootWatch();
    watch.take(Uint8Array.of(0x61, 0xff, 0xfe, 0x62, 0x0a));
    expect(watch.tail).toEqual(['a\ufffd\ufffdb']);
  });

  it('keeps a bounded number of lines', () => {
    const { tail } = watch('line\n'.repeat(10 * KEPT_LINES), 'end');
    expect(tail.length).toBe(KEPT_LINES + 1);
  });

  it('keeps the end of a line that does not end', () => {
    const { tail } = watch('x'.repeat(10 * MAX_LINE), 'the end');
    expect(tail.join('').length).toBe(MAX_LINE);
    expect(tail.join('').endsWith('xthe end')).toBe(true);
  });
});
