// Canvases that draw nothing and count: a page without a screen has none.

import { vi } from 'vitest';

/** What a test knows of the drawing. */
export interface CountedDrawing {
  /** Calls of a method of the context's so far, on all canvases. */
  readonly count: (method: string) => number;
  /** What the latest call of a method was given; nothing before the first. */
  readonly latest: (method: string) => readonly unknown[];
  /** Draws the frame that was asked for; returns whether one was. */
  readonly frame: () => boolean;
}

/** Puts such canvases, and frames that a test draws one by one, in the place of the browser's, until stubs are taken back. */
export function countDrawing(): CountedDrawing {
  const counts = new Map<string, number>();
  const calls = new Map<string, readonly unknown[]>();
  const frames = new Map<number, () => void>();
  let lastFrame = 0;
  const context = new Proxy(
    {},
    {
      get:
        (_target, name) =>
        (...given: readonly unknown[]) => {
          calls.set(String(name), given);
          counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
          return { width: 8 };
        },
      set: () => true,
    },
  );
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
    lastFrame += 1;
    frames.set(lastFrame, callback);
    return lastFrame;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame));
  Reflect.set(HTMLCanvasElement.prototype, 'getContext', () => context);
  return {
    count: (method) => counts.get(method) ?? 0,
    latest: (method) => calls.get(method) ?? [],
    frame: () => {
      const asked = [...frames.values()];
      frames.clear();
      for (const callback of asked) callback();
      return asked.length > 0;
    },
  };
}
