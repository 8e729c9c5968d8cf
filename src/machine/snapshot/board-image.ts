// A whole board between two ticks: the emulator, every device of ours, and the disks.

import { assert } from '../../base/assert.ts';
import { BLOCK_BYTES, changedBlocks, type WrittenBlock } from '../../endpoints/block-backend.ts';
import type { EduState } from '../../endpoints/edu-device.ts';
import type { IommuSnapshot } from '../../iommu/iommu-snapshot.ts';
import type { MmioTransportState } from '../../virtio/mmio-transport.ts';
import type { Board, Disks } from '../board.ts';
import { putCore, putImage, takeImage, type EmulatorImage } from '../v86/emulator-image.ts';
import { PageStore } from '../v86/memory-pages.ts';

/** Plain data, but for the translated code in `emulator`. */
export interface BoardImage {
  readonly emulator: EmulatorImage;
  readonly iommu: IommuSnapshot | undefined;
  /** Our own devices in their windows. */
  readonly plugged: readonly { readonly name: string; readonly state: MmioTransportState }[];
  /** Undefined on a machine without it. */
  readonly edu: EduState | undefined;
  readonly disk: readonly WrittenBlock[];
  readonly ide: readonly WrittenBlock[];
}

/** Takes images of a machine's boards; pages that several of them have are stored once. */
export class BoardImages {
  readonly #store = new PageStore();

  /** The board is as it was afterwards. `before` is an earlier image that much is shared with. */
  take(board: Board, disks: Disks, before?: BoardImage): BoardImage {
    return {
      emulator: takeImage(board.emulator, this.#store, before?.emulator),
      iommu: board.iommu?.save(),
      plugged: board.plugged.map(({ name, transport }) => ({ name, state: transport.save() })),
      edu: board.edu?.save(),
      disk: disks.virtio.save(),
      ide: changedBlocks(disks.image, disks.ide),
    };
  }

  /** Makes a board that has not run yet what the image's was. Throws when a device can not read its part. */
  put(board: Board, disks: Disks, image: BoardImage): void {
    disks.virtio.restore(image.disk);
    disks.ide.set(disks.image);
    for (const { index, bytes } of image.ide) disks.ide.set(bytes, index * BLOCK_BYTES);
    putImage(board.emulator, image.emulator);
    for (const { name, transport } of board.plugged) {
      const saved = image.plugged.find((each) => each.name === name);
      assert(saved !== undefined, `the image has a state of ${name}`);
      transport.restore(saved.state);
    }
    // A transport resets its device before it takes over: the device's own state comes after it.
    if (image.iommu !== undefined) board.iommu?.restore(image.iommu);
    if (image.edu !== undefined) board.edu?.restore(image.edu);
    // They may have touched their interrupts.
    putCore(board.emulator, image.emulator);
  }
}
