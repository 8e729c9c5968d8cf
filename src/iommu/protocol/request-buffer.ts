// The copy of a request that is decoded: of one that is longer than any, the beginning.

import { assert } from '../../base/assert.ts';
import type { ReadablePart } from '../../virtio/virtqueue.ts';
import { MAX_REQUEST_SIZE } from './codec.ts';

/** Room for one request, with a view for each length that it may have, so that reading one allocates nothing. */
export class RequestBuffer {
  /** Words that begin with what was loaded last. */
  readonly words: Uint32Array;
  readonly #bytes: readonly Uint8Array[];
  readonly #views: readonly DataView[];
  #length = 0;

  constructor() {
    const { buffer } = new Uint8Array(MAX_REQUEST_SIZE);
    this.words = new Uint32Array(buffer);
    const lengths = Array.from({ length: MAX_REQUEST_SIZE + 1 }, (_unused, length) => length);
    this.#bytes = lengths.map((length) => new Uint8Array(buffer, 0, length));
    this.#views = lengths.map((length) => new DataView(buffer, 0, length));
  }

  /** What was loaded last. */
  get bytes(): Uint8Array {
    const bytes = this.#bytes[this.#length];
    assert(bytes !== undefined, 'there is a view for every length');
    return bytes;
  }

  /** The first bytes of a device-readable part, MAX_REQUEST_SIZE at most; good until the next call. */
  load(readable: ReadablePart): DataView {
    this.#length = Math.min(readable.length, MAX_REQUEST_SIZE);
    const view = this.#views[this.#length];
    assert(view !== undefined, 'there is a view for every length');
    readable.read(0, this.bytes);
    return view;
  }
}
