// Accesses of one endpoint of any length at the edges of what it may reach: unaligned, across several mappings, at last bytes.

import { StoppedError, type DmaOutcome, type DmaPort } from '../iommu/dma-port.ts';
import { ACCESS_READ, ACCESS_WRITE, type Access } from '../iommu/store/mapping-store.ts';
import { BusError, type PhysicalMemory } from '../memory/address-space.ts';
import { highWord, lowWord } from '../base/words.ts';
import type { Draws } from './draws.ts';
import { SWEPT_SPACE, type Oracle } from './oracle.ts';
import type { SweepParts } from './page-sweep.ts';
import type { ProbeMemory } from './probe-memory.ts';

/** Bytes before and behind an edge where accesses begin. */
const NEAR = 24;
/** Longest access. */
const MAX_LENGTH = 3 * 4096 + 17;

/** Makes `count` accesses. `edges` are addresses where something changes, ascending, within the swept space. */
export function sweepEdges(
  { iommu, probe, findings, draws }: SweepParts,
  oracle: Oracle,
  memory: Pick<PhysicalMemory, 'contains'>,
  { endpoint, edges, count }: { endpoint: number; edges: readonly number[]; count: number },
): void {
  const port = iommu.port(endpoint);
  const buffer = new Uint8Array(MAX_LENGTH);
  for (let each = 0; each < count; each += 1) {
    const edge = edges[draws.below(edges.length)] ?? 0;
    const start = edge - NEAR + draws.below(2 * NEAR);
    const address = Math.min(Math.max(start, 0), SWEPT_SPACE - 1);
    const length = lengthOf(draws, edge - address);
    const access: Access = draws.below(2) === 0 ? ACCESS_READ : ACCESS_WRITE;
    const expected = expectedOf(oracle.ask(endpoint, address, length, access), memory);
    probe.count = 0;
    const found = foundOf(port, probe, address, buffer.subarray(0, length), access);
    findings.accesses += 1;
    if (found === expected) continue;
    const kind = found === FAULT ? 'wronglyBlocked' : 'leaked';
    findings.add({ kind, endpoint, access, address, length, expected, found });
  }
}

/** `before` bytes lie before the edge: up to it, one beyond it, or of any length. */
function lengthOf(draws: Draws, before: number): number {
  const aim = draws.below(4);
  if (aim < 2 && before + aim > 0) return before + aim;
  return 1 + draws.below(aim === 2 ? 2 * NEAR : MAX_LENGTH);
}

const FAULT = 'fault';
const DOORBELL = 'doorbell';
/** Some of it lies where no memory is: nothing of a write lands. */
const NO_MEMORY = 'no memory';

function expectedOf(outcome: DmaOutcome, memory: Pick<PhysicalMemory, 'contains'>): string {
  if (outcome.kind !== 'memory') return outcome.kind;
  const pieces = outcome.segments.map(({ address, length }) => ({
    high: highWord(address),
    low: lowWord(address),
    length,
  }));
  if (!pieces.every(({ high, low, length }) => memory.contains(high, low, length))) {
    return NO_MEMORY;
  }
  return joined(pieces.map(({ high, low, length }) => [high * SWEPT_SPACE + low, length]));
}

function foundOf(
  port: DmaPort,
  probe: ProbeMemory,
  address: number,
  bytes: Uint8Array,
  access: Access,
): string {
  try {
    if (access === ACCESS_WRITE) port.write(0, address, bytes);
    else port.read(0, address, bytes);
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    return error instanceof StoppedError ? FAULT : NO_MEMORY;
  }
  if (probe.count === 0) return DOORBELL;
  const pieces = Array.from({ length: probe.count }, (_unused, index): [number, number] => [
    (probe.high[index] ?? 0) * SWEPT_SPACE + (probe.low[index] ?? 0),
    probe.length[index] ?? 0,
  ]);
  return joined(pieces);
}

/** Pieces as text; those that lie one behind the other are one. */
function joined(pieces: readonly (readonly [number, number])[]): string {
  const runs: { start: number; end: number }[] = [];
  for (const [start, length] of pieces) {
    const last = runs.at(-1);
    if (last?.end === start) last.end += length;
    else runs.push({ start, end: start + length });
  }
  return runs.map(({ start, end }) => `0x${start.toString(16)}+${end - start}`).join(' ');
}
