// Images that are fetched when a machine is powered on: one that starts from a snapshot may never need them.

import type { GuestImages } from './guest-images.ts';

/** The disk, which a machine always has, what all of them are, and a way to the rest. */
export interface DeferredImages extends Pick<GuestImages, 'checksums' | 'disk'> {
  /** Called for each power on. Rejects with an error for the user. */
  readonly load: () => Promise<GuestImages>;
}

/** The images, once they are there. */
export async function loadedImages(images: GuestImages | DeferredImages): Promise<GuestImages> {
  return 'load' in images ? images.load() : images;
}
