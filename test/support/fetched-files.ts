// The files of a guest in a browser's worker, from the server that started it.

import { downloadImages, fetchFile } from '../../src/worker/host/image-download.ts';
import type { GuestFiles } from './bare-guest.ts';
import { FILES } from './served-files.ts';

const ignore = (): void => undefined;

async function compile(url: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await fetchFile(url, ignore));
}

/** Rejects with `ImageMissingError` or `ImageCorruptError`. */
export async function fetchGuestFiles(): Promise<GuestFiles> {
  const images = await downloadImages(FILES, ignore, ignore);
  const [v86Wasm, storeWasm] = [await compile(FILES.v86Wasm), await compile(FILES.storeWasm)];
  return { images, v86Wasm, storeWasm };
}
