// Part of `npm run build`: boots the project's guest and writes the snapshot that page and kit start from, as small as it
// gets. The same sources make the same bytes, wherever and whenever.

import { Zstd } from '@hpcc-js/wasm-zstd';
import { bootReadyGuest } from '../guest/ready-boot.ts';
import { keepReadyGuest } from '../guest/ready-guest.ts';

/** Higher ones take twice the time and save 2 KB. */
const LEVEL = 19;

const start = performance.now();
const guest = await bootReadyGuest();
const zstd = await Zstd.load();
const { path, bytes } = await keepReadyGuest(guest, (plain) => zstd.compress(plain, LEVEL));
const seconds = ((performance.now() - start) / 1000).toFixed(1);
process.stdout.write(
  `${path}  ${(bytes / 1e6).toFixed(2)} MB  booted and packed in ${seconds} s\n`,
);
