// Endpoints as calls of the kit name them.

import { InputError } from '../machine/images/guest-images.ts';
import { findEndpoint, noSuchEndpoint, type EndpointName } from '../machine/plan/topology.ts';
import type { RogueRequest } from '../machine/rogue-access.ts';

/** A `RogueRequest` whose endpoint may be given by its name. */
export interface GuestRogueRequest extends Omit<RogueRequest, 'endpoint'> {
  readonly endpoint: EndpointName | number;
}

/** The ID of an endpoint. Throws `InputError` that lists the names there are. */
export function endpointId(nameOrId: EndpointName | number): number {
  if (typeof nameOrId === 'number') return nameOrId;
  const endpoint = findEndpoint(nameOrId);
  if (endpoint !== undefined) return endpoint.id;
  throw new InputError(noSuchEndpoint(nameOrId));
}
