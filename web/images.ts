// Where the bundler puts the files the machine is made of.

import type { ImageUrls } from '../src/worker/api/power.ts';

/** URLs of the guest's images, of the two WebAssembly modules, and of the snapshot that the build makes. */
export const IMAGE_URLS: ImageUrls = {
  v86Wasm: new URL('../node_modules/v86/build/v86.wasm', import.meta.url).href,
  storeWasm: new URL('../wasm/build/store.wasm', import.meta.url).href,
  kernel: new URL('../guest-images/bzImage', import.meta.url).href,
  initrd: new URL('../guest-images/rootfs.cpio.gz', import.meta.url).href,
  disk: new URL('../guest-images/disk.img.gz', import.meta.url).href,
  bios: new URL('../guest-images/seabios.bin', import.meta.url).href,
  vgaBios: new URL('../guest-images/vgabios.bin', import.meta.url).href,
  snapshot: new URL('../dist/ready/guest.snapshot', import.meta.url).href,
};
