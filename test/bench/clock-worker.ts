// The `clock` benchmark in a browser's worker: clock-browser.ts bundles it, starts it, and serves all that it fetches.

import { downloadImages, fetchFile } from '../../src/worker/host/image-download.ts';
import type { GuestFiles } from './clock-guest.ts';
import { raceClocks, type ClockTimes } from './clock-race.ts';
import { FILES } from './clock-files.ts';

/** What the worker answers. */
export type ClockAnswer =
  | { readonly kind: 'done'; readonly times: ClockTimes }
  | { readonly kind: 'failed'; readonly reason: string };

const ignore = (): void => undefined;

async function compile(url: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await fetchFile(url, ignore));
}

async function fetchFiles(): Promise<GuestFiles> {
  const images = await downloadImages(FILES, ignore, ignore);
  const [v86Wasm, storeWasm] = [await compile(FILES.v86Wasm), await compile(FILES.storeWasm)];
  return { images, v86Wasm, storeWasm };
}

async function answer(sets: number): Promise<ClockAnswer> {
  try {
    const times = await raceClocks(await fetchFiles(), sets, (text) => console.log(text));
    return { kind: 'done', times };
  } catch (error) {
    return { kind: 'failed', reason: String(error) };
  }
}

globalThis.addEventListener('message', ({ data }: MessageEvent<number>) => {
  void answer(data).then((message) => globalThis.postMessage(message, {}));
});
