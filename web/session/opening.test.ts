// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenedFile, OpenFile } from '../../src/worker/api/trace-client.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { MachineSession } from './machine-session.ts';
import { Opening } from './opening.ts';

const ports = {
  images,
  now: () => 0,
  onNextFrame: (callback: () => void) => void setTimeout(callback, 16),
};
const INFO = { source: 'qemu', events: 12, remarks: ['No times.'] } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

/** A trace that is there like a machine. */
function traceFile() {
  return {
    kind: 'trace',
    info: INFO,
    start: (onBatch: Parameters<typeof startFakeMachine>[0]) => startFakeMachine(onBatch),
    dispose: vi.fn(),
  } as const;
}

async function page(openFile: OpenFile) {
  const machine = new MachineSession({ ...ports, start: (onBatch) => startFakeMachine(onBatch) });
  await machine.power.start();
  await vi.advanceTimersByTimeAsync(5_000);
  return { machine, opening: new Opening(machine, openFile, ports) };
}

describe('a file that is opened', () => {
  it('as a trace is shown, while the machine waits for its return', async () => {
    const trace = traceFile();
    const { machine, opening } = await page(async () => trace);
    await opening.open(new File([''], 'qemu.txt'));
    await vi.advanceTimersByTimeAsync(100);
    expect(opening.trace.value).toMatchObject({ name: 'qemu.txt', ...INFO });
    expect(machine.power.status.value).toBe('paused');
    opening.close();
    await vi.advanceTimersByTimeAsync(100);
    expect(opening.trace.value).toBeNull();
    expect(machine.power.status.value).toBe('running');
    expect(trace.dispose).toHaveBeenCalledOnce();
  });

  it('leaves a machine paused that was', async () => {
    const { machine, opening } = await page(async () => traceFile());
    await machine.power.pause();
    await vi.advanceTimersByTimeAsync(100);
    await opening.open(new File([''], 'a'));
    opening.close();
    await vi.advanceTimersByTimeAsync(100);
    expect(machine.power.status.value).toBe('paused');
  });

  it('as a recording is replayed by the machine, from a trace, too', async () => {
    let answer: OpenedFile = traceFile();
    const { machine, opening } = await page(async () => answer);
    await opening.open(new File([''], 'a'));
    answer = { kind: 'recording' };
    void opening.open(new File([new Uint8Array([1, 2, 3])], 'b.viommu'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opening.trace.value).toBeNull();
    expect(machine.recordings.notice.value?.text).toContain('Identical');
  });

  it('as a recording that turns out to be none leaves the trace that is shown', async () => {
    let answer: OpenedFile = traceFile();
    const { machine, opening } = await page(async () => answer);
    await opening.open(new File([''], 'qemu.txt'));
    answer = { kind: 'recording' };
    await opening.open(new File(['bad'], 'a.viommu'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(opening.trace.value?.name).toBe('qemu.txt');
    expect(opening.notice.value).toMatchObject({
      tone: 'bad',
      text: expect.stringContaining('no recording'),
    });
    opening.close();
    await vi.advanceTimersByTimeAsync(100);
    expect(machine.power.status.value).toBe('running');
  });

  it('as a recording asks before it replaces a machine that was used', async () => {
    const { machine, opening } = await page(async () => ({ kind: 'recording' }));
    await machine.console.type('x');
    const open = (name: string): Promise<void> =>
      opening.open(new File([new Uint8Array([1, 2, 3])], name));
    const kept = open('a.viommu');
    await vi.advanceTimersByTimeAsync(100);
    expect(opening.question.value?.name).toBe('a.viommu');
    opening.question.value?.onAnswer(false);
    await kept;
    expect(opening.question.value).toBeNull();
    expect(machine.recordings.notice.value).toBeNull();
    expect(machine.power.status.value).toBe('running');
    void open('b.viommu');
    await vi.advanceTimersByTimeAsync(100);
    // Another file takes the question's place
    void open('c.viommu');
    await vi.advanceTimersByTimeAsync(100);
    expect(opening.question.value?.name).toBe('c.viommu');
    opening.question.value?.onAnswer(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(machine.recordings.notice.value?.text).toContain('Identical');
    expect(machine.isUsed).toBe(false);
  });

  it('that is neither is told in a sentence, and changes nothing', async () => {
    const { machine, opening } = await page(() => Promise.reject(new Error('No trace.')));
    await opening.open(new File([''], 'letter.txt'));
    expect(opening.notice.value).toEqual({ tone: 'bad', text: 'letter.txt: No trace.' });
    expect(opening.trace.value).toBeNull();
    expect(machine.power.status.value).toBe('running');
    opening.dismiss();
    expect(opening.notice.value).toBeNull();
  });

  it('tells how far it is, and gives way to the next', async () => {
    const first = traceFile();
    const second = traceFile();
    let finish = (_opened: OpenedFile): void => undefined;
    let told = (_bytes: number): void => undefined;
    const openFile = vi.fn<OpenFile>();
    const { opening } = await page(openFile);
    openFile.mockImplementationOnce(
      (_file, onRead) =>
        new Promise((resolve) => {
          finish = resolve;
          told = onRead;
        }),
    );
    const opened = opening.open(new File([new Uint8Array(4096)], 'long.trace'));
    await vi.waitFor(() => expect(openFile).toHaveBeenCalledOnce());
    told(1024);
    expect(opening.notice.value).toEqual({
      tone: 'busy',
      text: 'Reading long.trace: 1 KiB of 4 KiB …',
    });
    openFile.mockResolvedValueOnce(second);
    await opening.open(new File([''], 'second'));
    finish(first);
    await opened;
    expect(opening.trace.value?.name).toBe('second');
    expect(first.dispose).toHaveBeenCalledOnce();
    expect(second.dispose).not.toHaveBeenCalled();
  });
});
