// Commands of the bus masters: where an access would go, and accesses that move bytes.

import fc from 'fast-check';
import type { DmaOutcome, DmaPort } from '../../src/iommu/dma-port.ts';
import { ACCESS_READ, ACCESS_WRITE } from '../../src/iommu/store/mapping-store.ts';
import { BusError } from '../../src/memory/address-space.ts';
import { coalesce, type NaiveAccess, type NaiveOutcome, type NaivePiece } from './naive-dma.ts';
import { VIRTIO_IOMMU_FAULT_F_READ, VIRTIO_IOMMU_FAULT_F_WRITE } from './naive-numbers.ts';
import { endpointAt, type NaiveIommu } from './naive-iommu.ts';
import { domainOf, regionsOf, type NaiveEndpoint } from './naive-state.ts';
import { bytePlace, resolvePlace, type Place } from './places.ts';
import { hex } from './requests.ts';
import { unitOf, weighted } from './scenario.ts';
import { compare, compareBytes, compareLines, Step, type Act } from './step.ts';

/** Longest access that moves bytes: more than RAM holds. */
const MAX_MOVED = 0x2_0000;
const MAX_TRANSLATED = 0x8000_0000;

interface Extent {
  readonly endpoint: number;
  /** Which endpoints are of most interest. */
  readonly rather: 'mapped' | 'attached' | 'any';
  readonly place: Place;
  readonly pages: number;
  readonly bytes: number;
  readonly isWrite: boolean;
}

const extent: fc.Arbitrary<Extent> = fc.record({
  endpoint: fc.nat({ max: 5 }),
  rather: weighted<Extent['rather']>([
    ['mapped', 5],
    ['attached', 2],
    ['any', 1],
  ]),
  place: bytePlace,
  pages: weighted([
    [0, 10],
    [1, 6],
    [2, 2],
    [3, 1],
    [4, 1],
  ]),
  bytes: weighted([
    [1, 4],
    [0, 4],
    [2, 2],
    [4, 3],
    [-1, 2],
    [8, 1],
    [13, 1],
  ]),
  isWrite: fc.boolean(),
});

/** The endpoint of that index among those that are preferred; among all when there are none. */
function chooseEndpoint(model: NaiveIommu, { endpoint, rather }: Extent): NaiveEndpoint {
  const { state } = model;
  const preferred = state.endpoints.filter(({ domain }) =>
    rather === 'mapped'
      ? (domainOf(state, domain)?.mappings.length ?? 0) > 0
      : rather === 'attached' && domain !== null,
  );
  return preferred[endpoint % Math.max(1, preferred.length)] ?? endpointAt(model, endpoint);
}

function resolveExtent(model: NaiveIommu, extent: Extent, most: number): NaiveAccess {
  const endpoint = chooseEndpoint(model, extent);
  const domain = domainOf(model.state, endpoint.domain);
  const edges = {
    mappings: domain?.mappings ?? [],
    regions: domain === undefined ? endpoint.regions : regionsOf(model.state, domain),
  };
  const length = extent.pages * Number(unitOf(model.state.config)) + extent.bytes;
  return {
    endpoint,
    address: resolvePlace(model, extent.place, edges),
    length: Math.min(Math.max(1, length), most),
    access: extent.isWrite ? VIRTIO_IOMMU_FAULT_F_WRITE : VIRTIO_IOMMU_FAULT_F_READ,
  };
}

function halves(address: bigint): readonly [high: number, low: number] {
  return [Number(address >> 32n), Number(address & 0xffff_ffffn)];
}

function textOf({ endpoint, address, length, access }: NaiveAccess): string {
  const verb = access === VIRTIO_IOMMU_FAULT_F_WRITE ? 'writes' : 'reads';
  return `endpoint ${endpoint.id} ${verb} ${length} bytes at ${hex(address)}`;
}

/**
 * The device's segments with neighbours joined, as it may leave them apart, but never at a seam of the model nor inside
 * an MMIO mapping.
 */
function joinSegments(
  segments: readonly { readonly address: bigint; readonly length: number }[],
  expected: readonly NaivePiece[],
): readonly string[] {
  const joined: { address: bigint; length: number }[] = [];
  let offset = 0;
  for (const { address, length } of segments) {
    const last = joined.at(-1);
    const isNext = last !== undefined && last.address + BigInt(last.length) === address;
    if (isNext && mayBeSplitAt(expected, offset)) last.length += length;
    else joined.push({ address, length });
    offset += length;
  }
  return joined.map(describeSegment);
}

function mayBeSplitAt(expected: readonly NaivePiece[], offset: number): boolean {
  let start = 0;
  for (const { length, isMmio } of expected) {
    if (start < offset && offset < start + length) return !isMmio;
    start += length;
  }
  return false;
}

function describeSegment({ address, length }: { address: bigint; length: number }): string {
  return `${hex(address)}+${length}`;
}

/** `DmaPort.translate` against the model. */
export function checkTranslation({ model, rig }: Act, dma: NaiveAccess): void {
  rig.tally.operations += 1;
  const expected = model.access(dma);
  const access = dma.access === VIRTIO_IOMMU_FAULT_F_WRITE ? ACCESS_WRITE : ACCESS_READ;
  const port = rig.iommu.port(dma.endpoint.id);
  const outcome = port.translate(...halves(dma.address), dma.length, access);
  compareOutcomes(textOf(dma), outcome, expected);
}

function compareOutcomes(text: string, outcome: DmaOutcome, expected: NaiveOutcome): void {
  compare(`outcome when ${text}`, outcome.kind, expected.kind);
  if (outcome.kind === 'fault' && expected.kind === 'fault') {
    const { reason, flags, endpoint, high, low } = outcome.fault;
    const address = (BigInt(high) << 32n) | BigInt(low);
    const { fault } = expected;
    compare(
      `fault when ${text}`,
      `${reason} ${flags} ${endpoint} ${hex(address)}`,
      `${fault.reason} ${fault.flags} ${fault.endpoint} ${hex(fault.address)}`,
    );
  }
  if (outcome.kind === 'memory' && expected.kind === 'memory') {
    const pieces = coalesce(expected.pieces);
    compareLines(
      `segments when ${text}`,
      joinSegments(outcome.segments, pieces),
      pieces.map(describeSegment),
    );
  }
}

const translation: fc.Arbitrary<Step> = fc
  .record({
    extent,
    isHuge: weighted([
      [false, 40],
      [true, 1],
    ]),
  })
  .map(
    ({ extent, isHuge }) =>
      new Step('translate', (act) => {
        const dma = resolveExtent(act.model, extent, MAX_TRANSLATED);
        const access = isHuge ? { ...dma, length: MAX_TRANSLATED } : dma;
        act.say(`translate: ${textOf(access)}`);
        act.rig.tally.operations -= 1;
        checkTranslation(act, access);
      }),
  );

/** How an access is made: as a block, or as a word of 2 or 4 bytes. */
type Width = 'block' | 2 | 4;

/** Makes the access; false when the bus refused it. */
function move(port: DmaPort, dma: NaiveAccess, width: Width, bytes: Uint8Array): boolean {
  const at = halves(dma.address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWrite = dma.access === VIRTIO_IOMMU_FAULT_F_WRITE;
  try {
    if (width === 'block' && isWrite) port.write(...at, bytes);
    else if (width === 'block') port.read(...at, bytes);
    else if (width === 2 && isWrite) port.writeU16(...at, view.getUint16(0, true));
    else if (width === 2) view.setUint16(0, port.readU16(...at), true);
    else if (isWrite) port.writeU32(...at, view.getUint32(0, true));
    else view.setUint32(0, port.readU32(...at), true);
    return true;
  } catch (error) {
    if (error instanceof BusError) return false;
    throw error;
  }
}

/** The bytes of RAM that an access reaches; undefined when it is refused or leaves RAM. */
function reached(ram: Uint8Array, outcome: NaiveOutcome): readonly Uint8Array[] | undefined {
  if (outcome.kind !== 'memory') return undefined;
  const isInside = outcome.pieces.every(
    ({ address, length }) => address + BigInt(length) <= BigInt(ram.length),
  );
  if (!isInside) return undefined;
  return outcome.pieces.map(({ address, length }) =>
    ram.subarray(Number(address), Number(address) + length),
  );
}

/** An access that moves bytes, on both sides. */
function checkAccess({ model, rig, say }: Act, dma: NaiveAccess, width: Width, seed: number): void {
  say(`${textOf(dma)} (${width})`);
  const isWrite = dma.access === VIRTIO_IOMMU_FAULT_F_WRITE;
  const bytes = new Uint8Array(dma.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = seed + index * 7;
  const outcome = model.access(dma);
  const places = reached(model.ram, outcome);
  const isDone = move(rig.iommu.port(dma.endpoint.id), dma, width, bytes);
  compare('bus accepts', isDone, outcome.kind === 'doorbell' || places !== undefined);
  rig.tally.count(`bytes ${isWrite ? 'written' : 'read'}: ${isDone ? 'yes' : 'no'}`);
  const rung = rig.doorbells.splice(0);
  compare('doorbells rung', rung.length, outcome.kind === 'doorbell' ? 1 : 0);
  for (const { endpoint, address, message } of rung) {
    compare('doorbell', `${endpoint} ${address}`, `${dma.endpoint.id} ${dma.address}`);
    compareBytes('interrupt message', message, bytes);
  }
  if (isWrite) {
    let offset = 0;
    for (const place of places ?? []) {
      place.set(bytes.subarray(offset, offset + place.length));
      offset += place.length;
    }
    if (Buffer.compare(rig.ram.bytes, model.ram) !== 0)
      throw new Error('RAM differs from the model');
  } else if (places !== undefined) {
    compareBytes('bytes read', bytes, Buffer.concat(places));
  }
}

const movement: fc.Arbitrary<Step> = fc
  .record({
    extent,
    width: weighted<Width>([
      ['block', 6],
      [2, 1],
      [4, 2],
    ]),
    seed: fc.nat({ max: 255 }),
  })
  .map(
    ({ extent, width, seed }) =>
      new Step('DMA', (act) => {
        const dma = resolveExtent(act.model, extent, MAX_MOVED);
        const exact = width === 'block' ? dma : { ...dma, length: width };
        checkAccess(act, exact, width, seed);
      }),
  );

/** Commands with their weights. */
export const DMA_COMMANDS = [
  { weight: 160, arbitrary: translation },
  { weight: 80, arbitrary: movement },
] as const;
