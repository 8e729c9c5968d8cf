// Every page of the 32-bit space, read and written once by one endpoint at a place of the page that is drawn.

import { StoppedError, type DmaPort } from '../iommu/dma-port.ts';
import { ACCESS_READ, ACCESS_WRITE, type Access } from '../iommu/store/mapping-store.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import { BusError } from '../memory/address-space.ts';
import type { Draws } from './draws.ts';
import type { Findings } from './findings.ts';
import { SWEPT_SPACE, type Run } from './oracle.ts';
import type { ProbeMemory } from './probe-memory.ts';

export const PAGE_BYTES = 4096;
export const PAGES = SWEPT_SPACE / PAGE_BYTES;

/** Bits of a page in a map. */
export const PAGE_READ = 1;
export const PAGE_WRITE = 2;
/** Another became of an access than ought to. */
export const PAGE_WRONG = 4;

/** Pages of a map that were reached, to read or to write. */
export function reachedPages(map: Uint8Array): number {
  return map.reduce((sum, bits) => sum + Number((bits & ~PAGE_WRONG) !== 0), 0);
}

/** What is swept, and with what. */
export interface SweepParts {
  readonly iommu: VirtioIommu;
  readonly probe: ProbeMemory;
  readonly findings: Findings;
  readonly draws: Draws;
}

/** An access of 1, 2 or 4 bytes, in each of the ways that a device makes one. */
const LENGTHS = [1, 2, 4] as const;
const buffer = new Uint8Array(4);
const views = new Map(LENGTHS.map((length) => [length, buffer.subarray(0, length)] as const));

/** Sweeps with one kind of access the pages that `map` has a byte for; sets their bits in it. */
export function sweepPages(
  parts: SweepParts,
  endpoint: number,
  access: Access,
  runs: readonly Run[],
  map: Uint8Array,
): void {
  const { iommu, probe, findings, draws } = parts;
  const port = iommu.port(endpoint);
  const bit = access === ACCESS_READ ? PAGE_READ : PAGE_WRITE;
  let index = 0;
  let run = runs[0];
  for (let page = 0; page < map.length; page += 1) {
    const drawn = draws.next();
    const address = page * PAGE_BYTES + (drawn % PAGE_BYTES);
    while (run !== undefined && run.end <= address) run = runs[(index += 1)];
    if (run === undefined) break;
    const wide = LENGTHS[(drawn >>> 12) % LENGTHS.length] ?? 1;
    const length = address + wide <= run.end ? wide : 1;
    probe.count = 0;
    const came = outcomeAt(port, address, length, access);
    const isStopped = came === 'stopped';
    findings.accesses += 1;
    const target = run.target + (address - run.start);
    const isRight =
      run.outcome === 'memory'
        ? !isStopped && probe.count === 1 && placeOf(probe) === target && probe.length[0] === length
        : probe.count === 0 && isStopped === (run.outcome === 'fault');
    if (came === 'done' && probe.count > 0) map[page] = (map[page] ?? 0) | bit;
    if (isRight) continue;
    map[page] = (map[page] ?? 0) | PAGE_WRONG;
    const kind = isStopped && run.outcome !== 'fault' ? 'wronglyBlocked' : 'leaked';
    const expected = run.outcome === 'memory' ? hex(target) : run.outcome;
    const found = isStopped ? 'fault' : probe.count > 0 ? hex(placeOf(probe)) : 'doorbell';
    findings.add({ kind, endpoint, access, address, length, expected, found });
  }
}

/** Makes an access, which ends at the IOMMU or where no memory is, or comes to its end. */
function outcomeAt(
  port: DmaPort,
  address: number,
  length: number,
  access: Access,
): 'done' | 'stopped' | 'no-memory' {
  try {
    if (access === ACCESS_WRITE) write(port, address, length);
    else read(port, address, length);
    return 'done';
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    return error instanceof StoppedError ? 'stopped' : 'no-memory';
  }
}

function read(port: DmaPort, address: number, length: number): void {
  if (length === 2) port.readU16(0, address);
  else if (length === 4) port.readU32(0, address);
  else port.read(0, address, views.get(1) ?? buffer);
}

function write(port: DmaPort, address: number, length: number): void {
  if (length === 2) port.writeU16(0, address, 0);
  else if (length === 4) port.writeU32(0, address, 0);
  else port.write(0, address, views.get(1) ?? buffer);
}

function placeOf(probe: ProbeMemory): number {
  return (probe.high[0] ?? 0) * SWEPT_SPACE + (probe.low[0] ?? 0);
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
