// The files of a guest in Node.

import { loadImages } from '../../src/guest/guest-files.ts';
import { loadStoreWasm, loadV86Wasm } from '../../src/guest/wasm-modules.ts';
import type { GuestFiles } from './bare-guest.ts';

/** Rejects with `InputError` when a file can not be read. */
export async function loadGuestFiles(): Promise<GuestFiles> {
  const [images, v86Wasm, storeWasm] = [
    await loadImages(),
    await loadV86Wasm(),
    await loadStoreWasm(),
  ];
  return { images, v86Wasm, storeWasm };
}
