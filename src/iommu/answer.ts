// The request at hand, and what is told of it. A device has one, so that a request makes no objects.

import type { DescriptorChain } from '../virtio/virtqueue.ts';
import {
  NO_OUTCOME,
  type AnsweredRequest,
  type RequestOutcome,
} from './events/answered-request.ts';
import type { WireRequest } from './events/wire-request.ts';
import { requestType } from './protocol/codec.ts';
import { RequestBuffer } from './protocol/request-buffer.ts';
import { RequestSlots, type Request } from './protocol/request.ts';

const NOTHING = new Uint8Array();

/** One request after the other. */
export class Answer implements AnsweredRequest {
  /** Where the request is decoded. */
  readonly slots = new RequestSlots();
  sequence = 0;
  type = 0;
  request: Request | undefined;
  outcome = NO_OUTCOME;
  status: number | null = null;
  readableLength = 0;
  writableLength = 0;
  readableDescriptors = 0;
  writableDescriptors = 0;
  written: Uint8Array = NOTHING;
  /** Whether somebody is told of it just now. */
  isTold = false;
  readonly #buffer = new RequestBuffer();

  get readable(): Uint8Array {
    return this.#buffer.bytes;
  }

  get readableWords(): Uint32Array {
    return this.#buffer.words;
  }

  get writtenLength(): number {
    return this.written.length;
  }

  /** The request as it was on the wire, while somebody is told of it. */
  get wire(): WireRequest | undefined {
    return this.isTold ? this : undefined;
  }

  /**
   * Takes a request up, of which nothing is understood yet and for which nothing is written, and returns its bytes.
   * Throws `BusError`.
   */
  begin({ readable, writable }: DescriptorChain): DataView {
    const view = this.#buffer.load(readable);
    this.type = requestType(view);
    this.request = undefined;
    this.outcome = NO_OUTCOME;
    this.status = null;
    this.readableLength = readable.length;
    this.writableLength = writable.length;
    this.readableDescriptors = readable.count;
    this.writableDescriptors = writable.count;
    this.written = NOTHING;
    return view;
  }

  /** It was not understood, and is told so. */
  refuse(reply: Uint8Array, status: number): void {
    this.status = status;
    this.written = reply;
  }

  /** It was understood. */
  settle(request: Request, outcome: RequestOutcome, reply: Uint8Array): void {
    this.request = request;
    this.outcome = outcome;
    this.status = outcome.status;
    this.written = reply;
  }
}
