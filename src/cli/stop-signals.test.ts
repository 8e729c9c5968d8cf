import { expect, it, vi } from 'vitest';
import { Interrupted, onStopSignal } from './stop-signals.ts';

it('asks for an end at the first signal, and ends at once at the second', () => {
  const reasons: Interrupted[] = [];
  const exit = vi.spyOn(process, 'exit').mockImplementation((status) => {
    throw new Error(`exit ${status}`);
  });
  const dispose = onStopSignal((reason) => reasons.push(reason));
  try {
    process.emit('SIGINT');
    expect(reasons).toEqual([new Interrupted('SIGINT')]);
    expect(() => process.emit('SIGTERM')).toThrow('exit 143');
    expect(reasons).toHaveLength(1);
  } finally {
    dispose();
    exit.mockRestore();
  }
});

it('leaves signals alone afterwards', () => {
  const before = process.listenerCount('SIGINT');
  const dispose = onStopSignal(() => undefined);
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  dispose();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
