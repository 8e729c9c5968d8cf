// The `clock` benchmark in a browser's worker: clock-browser.ts bundles it, starts it, and serves all that it fetches.

import { fetchGuestFiles } from '../support/fetched-files.ts';
import { raceClocks, type ClockTimes } from './clock-race.ts';

/** What the worker answers. */
export type ClockAnswer =
  | { readonly kind: 'done'; readonly times: ClockTimes }
  | { readonly kind: 'failed'; readonly reason: string };

async function answer(sets: number): Promise<ClockAnswer> {
  try {
    const times = await raceClocks(await fetchGuestFiles(), sets, (text) => console.log(text));
    return { kind: 'done', times };
  } catch (error) {
    return { kind: 'failed', reason: String(error) };
  }
}

globalThis.addEventListener('message', ({ data }: MessageEvent<number>) => {
  void answer(data).then((message) => globalThis.postMessage(message, {}));
});
