// What is told of a request that was answered: words and bytes that are there anyway, and the event that can be made of
// them.

import { joinWords } from '../../base/words.ts';
import type { Request } from '../protocol/request.ts';
import type { NumberedRequest } from './iommu-event.ts';
import type { WireRequest } from './wire-request.ts';

/** What became of a request that was understood. */
export interface RequestOutcome {
  /** VIRTIO_IOMMU_S_* */
  readonly status: number;
  /** Mappings that UNMAP removed. */
  readonly removed: number;
  /** The domain that a draft's DETACH, which names none, found the endpoint in. */
  readonly leftDomain: number | null;
}

export const NO_OUTCOME: RequestOutcome = { status: 0, removed: 0, leftDomain: null };

/**
 * One request, as it was on the wire and as it was understood. All of it is the device's own and good until the listener
 * returns: a recorder copies what it keeps. `readable` is MAX_REQUEST_SIZE bytes long at most.
 */
export interface AnsweredRequest extends WireRequest {
  /** Words, as the host has them in memory, that begin with the bytes of `readable`. */
  readonly readableWords: Uint32Array;
  readonly sequence: number;
  /** Type byte of its head; 0 when even that is missing. */
  readonly type: number;
  /** Undefined when it was not understood: unknown type, or too small for its type. */
  readonly request: Request | undefined;
  /** What became of it when it was understood. */
  readonly outcome: RequestOutcome;
  /** VIRTIO_IOMMU_S_*, or null when its buffers went back unwritten (used length 0). */
  readonly status: number | null;
}

/** The event of a request; plain data that stays as it is. */
export function describeRequest(answered: AnsweredRequest): NumberedRequest {
  const { request, outcome, sequence } = answered;
  if (request === undefined) {
    const { type, status, readableLength: readableBytes, writableLength: writableBytes } = answered;
    return { kind: 'ignored', type, status, readableBytes, writableBytes, sequence };
  }
  const { status, removed } = outcome;
  switch (request.kind) {
    case 'attach': {
      const { endpoint, domain, flags } = request;
      return { kind: 'attached', endpoint, domain, flags, status, sequence };
    }
    case 'detach': {
      const { endpoint, domain } = request;
      return { kind: 'detached', endpoint, domain, status, sequence };
    }
    case 'detach-endpoint': {
      const { endpoint } = request;
      return { kind: 'detached', endpoint, domain: outcome.leftDomain, status, sequence };
    }
    case 'map': {
      const { domain, flags } = request;
      const virtStart = joinWords(request.startHigh, request.startLow);
      const virtEnd = joinWords(request.endHigh, request.endLow);
      const physStart = joinWords(request.physHigh, request.physLow);
      return { kind: 'mapped', domain, virtStart, virtEnd, physStart, flags, status, sequence };
    }
    case 'unmap': {
      const { domain } = request;
      const virtStart = joinWords(request.startHigh, request.startLow);
      const virtEnd = joinWords(request.endHigh, request.endLow);
      return { kind: 'unmapped', domain, virtStart, virtEnd, removed, status, sequence };
    }
    case 'probe':
      return { kind: 'probed', endpoint: request.endpoint, status, sequence };
  }
}
