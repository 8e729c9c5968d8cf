// The host's timers, in a browser's worker and in Node.

/** The host's time. */
export interface HostTimers {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Calls back as soon as the host has looked after everything else. */
  soon(callback: () => void): void;
  /** Calls back after so many milliseconds; returns what ends the wait. */
  after(ms: number, callback: () => void): () => void;
}

/** Has something called in a task of its own, without the 4 ms that a browser's timers take at least. */
function taskQueue(): (callback: () => void) => void {
  const immediate: unknown = Reflect.get(globalThis, 'setImmediate');
  if (typeof immediate === 'function') return (callback) => void immediate(callback);
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.addEventListener('message', () => waiting.shift()?.());
  port1.start();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}

export const HOST_TIMERS: HostTimers = {
  now: () => performance.now(),
  soon: taskQueue(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
