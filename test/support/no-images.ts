// Addresses of files for a make-believe worker, which fetches none.

import type { ImageUrls } from '../../src/worker/api/power.ts';

export const NO_IMAGES: ImageUrls = {
  v86Wasm: '',
  storeWasm: '',
  kernel: '',
  initrd: '',
  disk: '',
  bios: '',
  vgaBios: '',
  snapshot: '',
};
