// Decoded requests. A device has one of each kind, filled anew for each request: most are MAP and UNMAP, and come by the
// ten thousand.

import type { RangeWords } from '../../memory/range-words.ts';

interface AttachRequest {
  readonly kind: 'attach';
  readonly domain: number;
  readonly endpoint: number;
  readonly flags: number;
  readonly isReservedZero: boolean;
}

interface DetachRequest {
  readonly kind: 'detach';
  readonly domain: number;
  readonly endpoint: number;
}

/** DETACH of the drafts of 2017: from the domain that the endpoint is attached to. */
interface DetachEndpointRequest {
  readonly kind: 'detach-endpoint';
  readonly endpoint: number;
  readonly isReservedZero: boolean;
}

export interface MapRequest extends RangeWords {
  readonly kind: 'map';
  readonly domain: number;
  readonly physHigh: number;
  readonly physLow: number;
  readonly flags: number;
  readonly isEmpty: boolean;
}

export interface UnmapRequest extends RangeWords {
  readonly kind: 'unmap';
  readonly domain: number;
  readonly isReservedZero: boolean;
  readonly isEmpty: boolean;
}

interface ProbeRequest {
  readonly kind: 'probe';
  readonly endpoint: number;
}

/**
 * A request of any version of the protocol, its numbers those of the released one, 64-bit words as halves.
 * `isReservedZero` tells of the reserved bytes that a device has to look at; `isEmpty` of a size of 0, which drafts can
 * tell.
 */
export type Request =
  | AttachRequest
  | DetachRequest
  | DetachEndpointRequest
  | MapRequest
  | UnmapRequest
  | ProbeRequest;

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const NO_RANGE = { startHigh: 0, startLow: 0, endHigh: 0, endLow: 0 };

/** Where decoders leave requests: each is good until the next of its kind. */
export class RequestSlots {
  readonly attach: Mutable<AttachRequest> = {
    kind: 'attach',
    domain: 0,
    endpoint: 0,
    flags: 0,
    isReservedZero: true,
  };
  readonly detach: Mutable<DetachRequest> = { kind: 'detach', domain: 0, endpoint: 0 };
  readonly detachEndpoint: Mutable<DetachEndpointRequest> = {
    kind: 'detach-endpoint',
    endpoint: 0,
    isReservedZero: true,
  };
  readonly map: Mutable<MapRequest> = {
    kind: 'map',
    domain: 0,
    ...NO_RANGE,
    physHigh: 0,
    physLow: 0,
    flags: 0,
    isEmpty: false,
  };
  readonly unmap: Mutable<UnmapRequest> = {
    kind: 'unmap',
    domain: 0,
    ...NO_RANGE,
    isReservedZero: true,
    isEmpty: false,
  };
  readonly probe: Mutable<ProbeRequest> = { kind: 'probe', endpoint: 0 };
}
