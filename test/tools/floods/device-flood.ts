// A hostile driver on a bench: requests that are wrong in every way, and a store filled to its last domain and mapping.

import { DEFAULT_STORE_LIMITS } from '../../../src/iommu/store/store-limits.ts';
import { VIRTIO_IOMMU_S_NOMEM, VIRTIO_IOMMU_S_OK } from '../../../src/iommu/protocol/protocol.ts';
import { DEFAULT_RECORD_BYTES } from '../../../src/trace/record/iommu-record.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../../rigs/iommu-requests.ts';
import { Bench, PAGES, WINDOW_END, WINDOW_START } from './bench.ts';
import type { Checks } from './checks.ts';
import { inMib, MemoryWatch } from './memory.ts';

const MIB = 1 << 20;
/** What is derived of a record, and garbage of the moment. */
const BESIDE_RECORD = 64 * MIB;
const RECORD_BOUND = DEFAULT_RECORD_BYTES + BESIDE_RECORD;
/** Of each mapping that is there, in the engine and in what follows the record. */
const MAPPING_BYTES = 64;
const LOOK_EACH = 100_000;
/** A sweep of a machine at four stages takes no longer. */
const SWEEP_SECONDS = 120;

const PAGE = 0x1000n;
const READ_WRITE = 3;
const RESERVED_BYTE = 16;

function page(number: number): { virtStart: bigint; virtEnd: bigint } {
  const virtStart = BigInt(number) * PAGE;
  return { virtStart, virtEnd: virtStart + PAGE - 1n };
}

function mapPage(domain: number, number: number): Uint8Array {
  return mapRequest(domain, {
    ...page(number),
    physStart: BigInt(number) * PAGE,
    flags: READ_WRITE,
  });
}

function dirty(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = 0xff;
  return copy;
}

/** Each is refused by a device whose domain 1 holds endpoint 1 and maps pages 16 to 19 in one. */
function wrongRequests(): readonly (readonly [request: Uint8Array, writable?: number])[] {
  const map = { virtStart: 0x8000n, virtEnd: 0x8fffn, physStart: 0n, flags: READ_WRITE };
  return [
    [Uint8Array.of(0x7f, 0, 0, 0)],
    [new Uint8Array(0)],
    [mapPage(1, 1).subarray(0, 20)],
    [attachRequest(1, 999)],
    [attachRequest(0x1_0000, 1)],
    [attachRequest(1, 1, 0x80)],
    [dirty(attachRequest(1, 1), RESERVED_BYTE)],
    [detachRequest(5, 1)],
    [detachRequest(1, 999)],
    [mapRequest(77, map)],
    [mapRequest(1, { ...map, flags: 0x80 })],
    [mapRequest(1, { ...map, virtStart: 0x8001n })],
    [mapRequest(1, { ...map, virtEnd: 0x7fffn })],
    [mapRequest(1, { ...map, virtStart: 0x1_0000_0000n, virtEnd: 0x1_0000_0fffn })],
    [mapRequest(1, { ...map, virtStart: 0xfee0_0000n, virtEnd: 0xfee0_0fffn })],
    [mapRequest(1, { ...map, physStart: 0xffff_ffff_ffff_f000n, virtEnd: 0x9fffn })],
    [mapPage(1, 17)],
    [unmapRequest(1, 0x1_0000n, 0x1_0fffn)],
    [unmapRequest(77, 0n, 0xfffn)],
    [probeRequest(999), 516],
    [probeRequest(1), 40],
    [mapPage(1, 1), 2],
  ];
}

export function floodRequests(checks: Checks, count: number): void {
  const bench = new Bench({ endpoints: 2 });
  bench.request(attachRequest(1, 1));
  bench.request(
    mapRequest(1, { virtStart: 0x1_0000n, virtEnd: 0x1_3fffn, physStart: 0n, flags: 3 }),
  );
  const wrong = wrongRequests();
  const state = JSON.stringify(bench.iommu.state().domains, inWords);
  const memory = new MemoryWatch();
  const begin = performance.now();
  let accepted = 0;
  for (let sent = 0; sent < count; sent += 1) {
    const [request = new Uint8Array(0), writable] = wrong[sent % wrong.length] ?? [];
    const status = bench.request(request, writable);
    if (status === VIRTIO_IOMMU_S_OK || status === 'needs-reset' || status === 'shortage') {
      accepted += 1;
    }
    if (sent % LOOK_EACH === 0) memory.look();
  }
  const seconds = (performance.now() - begin) / 1000;
  bench.gather();
  const unknown = bench.countUnexplained(wrong.length);
  console.log(`${count} wrong requests of ${wrong.length} kinds in ${seconds.toFixed(1)} s`);
  const { text, isKept } = memory.report(RECORD_BOUND);
  checks.check(isKept, text);
  checks.check(accepted === 0, `${accepted} were not refused`);
  checks.check(unknown === 0, `${unknown} of the last ${wrong.length} have no cause`);
  checks.check(JSON.stringify(bench.iommu.state().domains, inWords) === state, 'nothing changed');
  checks.check(bench.isAsRecorded(), 'the device is in the state that its record has');
  const { record } = bench;
  checks.check(
    record.count + record.evicted === record.lastSequence,
    `record: ${record.lastSequence} events, ${record.count} kept, ${record.evicted} said to be gone`,
  );
  const next = bench.request(mapPage(1, 1));
  checks.check(next === VIRTIO_IOMMU_S_OK, 'a request that is right is carried out');
}

function inWords(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

export function exhaustDomains(checks: Checks): void {
  const { maxDomains } = DEFAULT_STORE_LIMITS;
  const bench = new Bench({ endpoints: maxDomains + 44 });
  const memory = new MemoryWatch();
  const statuses = bench.endpoints.map((id) => bench.request(attachRequest(id, id)));
  const made = statuses.filter((status) => status === VIRTIO_IOMMU_S_OK).length;
  const refused = statuses.filter((status) => status === VIRTIO_IOMMU_S_NOMEM).length;
  console.log(`${statuses.length} endpoints, each attached to a domain of its own`);
  checks.check(
    made === maxDomains && refused === statuses.length - made,
    `${made} domains, then NOMEM ${refused} times`,
  );
  const { cause } = bench;
  checks.check(cause === 'too-many-domains', `the last one is explained: ${cause}`);
  checks.check(bench.isAsRecorded(), 'the device is in the state that its record has');
  bench.request(detachRequest(1, 1));
  const last = bench.endpoints.length;
  const again = bench.request(attachRequest(last, last));
  checks.check(again === VIRTIO_IOMMU_S_OK, 'one domain less makes room for another');
  const { text, isKept } = memory.report(BESIDE_RECORD);
  checks.check(isKept, text);
}

/** Sweeps the bench's device: more mappings in one domain than any guest makes. */
export async function sweepAllPages(checks: Checks): Promise<void> {
  const { maxMappings } = DEFAULT_STORE_LIMITS;
  const bench = new Bench({ endpoints: 1 });
  bench.request(attachRequest(1, 1));
  for (let number = 0; number < maxMappings; number += 1) bench.request(mapPage(1, number));
  const begin = performance.now();
  const { accesses, leaked, wronglyBlocked } = await bench.sweep();
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `a sweep of ${maxMappings} mappings in one domain: ${accesses} accesses in ${seconds.toFixed(1)} s`,
  );
  checks.check(
    leaked === 0 && wronglyBlocked === 0,
    `${leaked} leaked, ${wronglyBlocked} wrongly blocked`,
  );
  checks.check(seconds < SWEEP_SECONDS, `within ${SWEEP_SECONDS} s`);
}

/** Maps pages one by one until the store has no more room, or all but the interrupt window is mapped. */
export function mapAllPages(checks: Checks, maxMappings: number): void {
  const bench = new Bench({ endpoints: 1, limits: { maxMappings } });
  bench.request(attachRequest(1, 1));
  const memory = new MemoryWatch();
  const begin = performance.now();
  let [made, full, other] = [0, 0, 0];
  for (let number = 0; number < PAGES && full === 0; number += 1) {
    if (number >= WINDOW_START && number < WINDOW_END) continue;
    const status = bench.request(mapPage(1, number));
    if (status === VIRTIO_IOMMU_S_OK) made += 1;
    else if (status === VIRTIO_IOMMU_S_NOMEM) full += 1;
    else other += 1;
    if (number % LOOK_EACH === 0) memory.look();
  }
  const seconds = (performance.now() - begin) / 1000;
  const all = Math.min(maxMappings, PAGES - (WINDOW_END - WINDOW_START));
  console.log(
    `${made} pages mapped one by one in ${seconds.toFixed(1)} s, room for ${maxMappings}; the store uses ${inMib(bench.store.usedBytes)}`,
  );
  checks.check(
    made === all && other === 0 && full === (all === maxMappings ? 1 : 0),
    full > 0 ? 'the next MAP ends with NOMEM' : 'nothing but the interrupt window is left',
  );
  if (full > 0) {
    const { cause } = bench;
    checks.check(cause === 'too-many-mappings', `it is explained: ${cause}`);
  }
  checks.check(bench.isAsRecorded(), 'the device is in the state that its record has');
  const wrong = bench.countWrong(1, (number) => number < made || (made === all && full === 0));
  checks.check(wrong === 0, `${wrong} of all pages lead elsewhere than they were mapped to`);
  const { text, isKept } = memory.report(RECORD_BOUND + made * MAPPING_BYTES);
  checks.check(isKept, text);
  const gone = bench.request(unmapRequest(1, 0n, 0xffff_ffffn));
  const left = bench.iommu.state().domains[0]?.mappings;
  checks.check(gone === VIRTIO_IOMMU_S_OK && left === 0, 'one UNMAP takes all of them back');
  const again = bench.request(mapPage(1, 1));
  checks.check(again === VIRTIO_IOMMU_S_OK, 'then there is room again');
}
