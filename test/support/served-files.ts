// The files that a guest in a browser is made of, by their addresses on the server of a benchmark or a tool.

import type { ImageUrls } from '../../src/worker/api/power.ts';

export const FILES = {
  v86Wasm: '/node_modules/v86/build/v86.wasm',
  storeWasm: '/wasm/build/store.wasm',
  kernel: '/guest-images/bzImage',
  initrd: '/guest-images/rootfs.cpio.gz',
  disk: '/guest-images/disk.img.gz',
  bios: '/guest-images/seabios.bin',
  vgaBios: '/guest-images/vgabios.bin',
} satisfies Omit<ImageUrls, 'snapshot'>;
