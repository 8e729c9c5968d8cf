// The place of the board: the one that is powered on, what outlives it, and its exchange for another.

import { createBoard, createDisks, type Board, type BoardOptions, type Disks } from './board.ts';
import { loadedImages } from './images/deferred-images.ts';
import type { RunPosition } from './run-state.ts';
import { BoardImages, type BoardImage } from './snapshot/board-image.ts';
import { endEmulator, type PowerOnImages, type PutBackImages } from './v86/emulator.ts';

/** Power cycles so far, and the guest time before the latest. */
type Lives = Pick<RunPosition, 'life' | 'earlierMs'>;

const FIRST_LIFE: Lives = { life: 0, earlierMs: 0 };

export class BoardSlot {
  readonly #options: BoardOptions;
  readonly #disks: Disks;
  readonly #images = new BoardImages();
  #lives: Lives;
  #board: Board;

  private constructor(options: BoardOptions, disks: Disks, lives: Lives, board: Board) {
    this.#options = options;
    this.#disks = disks;
    this.#lives = lives;
    this.#board = board;
  }

  /** Puts the first board there, stopped. Rejects when the emulator can not be started. */
  static async fill(
    options: BoardOptions,
    images: PowerOnImages | PutBackImages,
    { life, earlierMs }: Lives = FIRST_LIFE,
  ): Promise<BoardSlot> {
    const disks = createDisks(options.images.disk);
    const origin = { sequence: 0, ranMs: earlierMs, life, images };
    const board = await createBoard(options, disks, origin);
    return new BoardSlot(options, disks, { life, earlierMs }, board);
  }

  get board(): Board {
    return this.#board;
  }

  get lives(): Lives {
    return this.#lives;
  }

  /** Milliseconds of guest time in all, power cycles included. */
  get ranMs(): number {
    return this.#lives.earlierMs + this.#board.emulator.clock.nowMs;
  }

  /** The power goes off and on: another board is to be put there. */
  endLife(): void {
    this.#lives = { life: this.#lives.life + 1, earlierMs: this.ranMs };
  }

  /** Counts on from a place. */
  count({ life, earlierMs }: Lives): void {
    this.#lives = { life, earlierMs };
  }

  /** Counts from the beginning, with disks that nothing was written to. */
  wipe(): void {
    this.#lives = FIRST_LIFE;
    this.#disks.virtio.restore([]);
    this.#disks.ide.set(this.#disks.image);
  }

  /** The board as it is; `before` is an earlier image that much is shared with. */
  take(before?: BoardImage): BoardImage {
    return this.#images.take(this.#board, this.#disks, before);
  }

  /** Has the board be as it was. Throws when a device can not read its part. */
  put(image: BoardImage): void {
    this.#images.put(this.#board, this.#disks, image);
  }

  /**
   * Puts another board there, powered on or as it was; `sequence` is that of the latest event, and `wire` connects it.
   * Rejects when what that needs can not be had, or a device can not read its part.
   */
  async exchange(sequence: number, image: BoardImage | undefined, wire: () => void): Promise<void> {
    const images = image?.emulator.leftovers ?? (await loadedImages(this.#options.images));
    await endEmulator(this.#board.emulator);
    const { life, earlierMs: ranMs } = this.#lives;
    const origin = { sequence, ranMs, life, images };
    this.#board = await createBoard(this.#options, this.#disks, origin);
    wire();
    if (image !== undefined) this.put(image);
  }
}
