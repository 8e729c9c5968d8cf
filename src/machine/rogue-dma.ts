// A DMA access that no driver asked for, made by an endpoint of the host's choice.

import { highWord, lowWord } from '../base/words.ts';
import type { EndpointState, FaultEvent } from '../iommu/events/iommu-event.ts';
import type { ReservedKind } from '../iommu/regions/reserved-regions.ts';
import { BusError } from '../memory/address-space.ts';
import { MAX_ADDRESS } from '../memory/address.ts';
import type { Board } from './board.ts';
import { InputError } from './images/guest-images.ts';
import type { MachinePlan } from './plan/machine-plan.ts';
import { pluggedEndpoints } from './plan/topology.ts';
import type { RogueRequest, RogueResult } from './rogue-access.ts';

const MAX_LENGTH = 4096;
const SHOWN_BYTES = 64;
/** What a rogue write stores. */
const PATTERN = 0x5a;

/** Throws `InputError` for a request that no endpoint could make. */
export function checkRogue(plan: MachinePlan, request: RogueRequest): void {
  const { endpoint, address, access, length } = request;
  if (pluggedEndpoints(plan).every(({ id }) => id !== endpoint)) {
    throw new InputError(`There is no endpoint ${endpoint}.`);
  }
  if (access !== 'read' && access !== 'write') {
    throw new InputError(`A rogue access is "read" or "write", not ${JSON.stringify(access)}.`);
  }
  if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH) {
    throw new InputError(`A rogue access is 1 to ${MAX_LENGTH} bytes long, not ${length}.`);
  }
  if (typeof address !== 'bigint' || address < 0n || address > MAX_ADDRESS) {
    throw new InputError('An address is a bigint of 64 bits: 0n to 0xffffffffffffffffn.');
  }
}

/** Makes an access that was checked. */
export function rogueDma(board: Board, request: RogueRequest): RogueResult {
  const { endpoint, address, access, length } = request;
  const { iommu } = board;
  if (!board.isMaster(endpoint)) return { outcome: 'no-master' };
  const space = board.viewOf(endpoint);
  const state = iommu?.state().endpoints.find(({ id }) => id === endpoint);
  const isBypass = state?.mode !== 'attached';
  const faults: FaultEvent[] = [];
  const dispose = iommu?.onEvent((event) => {
    if (event.kind === 'faulted') faults.push(event);
  });
  const bytes = new Uint8Array(length).fill(PATTERN);
  try {
    if (access === 'write') space.write(highWord(address), lowWord(address), bytes);
    else space.read(highWord(address), lowWord(address), bytes);
    const region = state === undefined ? null : regionOf(state, address, length);
    return { outcome: 'completed', bytes: bytes.slice(0, SHOWN_BYTES), isBypass, region };
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    const fault = faults[0];
    if (fault === undefined) return { outcome: 'no-memory', address };
    const { reason, address: stop, mappedFlags } = fault;
    return { outcome: 'blocked', reason, address: stop, mappedFlags };
  } finally {
    dispose?.();
  }
}

/** The region that holds all of an access which was let through; without a domain no region has a say (virtio 1.2, 5.13.6.7). */
function regionOf(
  { domain, reserved }: EndpointState,
  address: bigint,
  length: number,
): ReservedKind | null {
  if (domain === null) return null;
  const last = address + BigInt(length) - 1n;
  return reserved.find(({ start, end }) => start <= address && last <= end)?.kind ?? null;
}
