// Records of endpoints: where their accesses go.

import { countAccesses } from './answer';
import {
  ENDPOINTS_OFFSET,
  ENDPOINT_DOMAIN,
  ENDPOINT_DOORBELL_END,
  ENDPOINT_DOORBELL_START,
  ENDPOINT_INNER,
  ENDPOINT_MODE,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_OUTER,
  ENDPOINT_SIZE,
  HEADER_ENDPOINTS,
  MODE_DOMAIN,
  MODE_UNATTACHED,
} from './layout';
import { addressOfSet } from './sets';
import { join } from './words';

/** Makes the record of the next endpoint: unattached, without windows and without an MSI region. */
export function createEndpoint(endpoint: u32): void {
  store<u32>(HEADER_ENDPOINTS, endpoint + 1);
  memory.fill(endpointAt(endpoint), 0, ENDPOINT_SIZE);
  bind(endpoint, MODE_UNATTACHED, 0, 0, 0, 0);
  setDoorbell(endpoint, 0, 1, 0, 0);
}

/**
 * Where an endpoint's accesses go: a MODE_*, the domain for MODE_DOMAIN, and its windows. `isOpen`: none of the
 * domain's mappings can lie under a window.
 */
export function bind(
  endpoint: u32,
  mode: u32,
  domain: u32,
  outer: u32,
  inner: u32,
  isOpen: u32,
): void {
  const record = endpointAt(endpoint);
  store<u32>(
    record,
    mode == MODE_DOMAIN && isOpen != 0 ? addressOfSet(domain) : 0,
    ENDPOINT_OPEN_DOMAIN,
  );
  store<u32>(record, mode, ENDPOINT_MODE);
  store<u32>(record, addressOfSet(domain), ENDPOINT_DOMAIN);
  store<u32>(record, addressOfSet(outer), ENDPOINT_OUTER);
  store<u32>(record, addressOfSet(inner), ENDPOINT_INNER);
}

/** An endpoint's MSI region; none when its end is below its start. */
export function setDoorbell(
  endpoint: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
): void {
  const record = endpointAt(endpoint);
  store<u64>(record, join(startHigh, startLow), ENDPOINT_DOORBELL_START);
  store<u64>(record, join(endHigh, endLow), ENDPOINT_DOORBELL_END);
}

/** Counts an access that took more than one call; `counter` is the offset of an endpoint's counter. */
export function account(endpoint: u32, counter: u32, length: u32): void {
  countAccesses(endpointAt(endpoint), counter, 1, length);
}

function endpointAt(endpoint: u32): u32 {
  return ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
}
