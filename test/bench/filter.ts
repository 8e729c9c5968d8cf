// `npm run bench -- filter`: milliseconds to choose among a million events with a filter, its compilation included.

import { Recorder } from '../../src/trace/record/recorder.ts';
import { ALL_FACTS, type RecordHead } from '../../src/trace/record/head.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { compileFilter } from '../../src/trace/filter/compile-filter.ts';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import { Random } from '../differential/random.ts';
import { rowsOf, type OnProgress, type OnRow } from './report.ts';

const EVENTS = 1_000_000;
const SEED = 11;
const PAGE = 0x1000;
const ENDPOINTS = [
  { id: 80, name: 'virtio-net', reserved: [] },
  { id: 240, name: 'ide', reserved: [] },
  { id: 4097, name: 'virtio-blk', reserved: [] },
] as const;

const HEAD: RecordHead = {
  source: 'viommu',
  endpoints: ENDPOINTS,
  device: null,
  memoryBytes: null,
  kernel: null,
  facts: ALL_FACTS,
};

/** As many pages, every other one. */
const PAGES = Array.from({ length: 200 }, (_, index) => {
  const start = 0xffe0_0000 + 2 * index * PAGE;
  return `${start}..${start + PAGE - 1}`;
}).join(', ');

/** Filters as people write them, and behind those what costs most: many ranges, many terms, of which nearly no event passes the first. */
const FILTERS: Readonly<Record<string, string>> = {
  kind: 'kind == map',
  range: 'iova in 0xfff00000..0xfff0ffff',
  refused: 'kind in {map, unmap} && status != ok',
  endpoint: 'kind == map && endpoint == "virtio-blk"',
  brief:
    'kind == map && endpoint == "virtio-blk" && iova in 0xfff00000..0xfff0ffff && status != ok',
  by: 'by("virtblk_*") && task == "dd"',
  time: 'time in 1s..2s || sequence > 900000 || instructions < 4096',
  any: 'endpoint != "ide" || length >= 64KiB || gpa < 1MiB || flags has write || !(domain == 2) || reported',
  sets: `iova in {${PAGES}} || gpa in {${PAGES}} || length in {1, 3, 5, 7}`,
  nest: `!(!(!(iova in {${PAGES}})) && (kind == unmap || length > 16KiB)) || !(gpa < 1GiB || endpoint == 80)`,
  terms:
    'time > 99s || instructions > 1000000000 || sequence > 2000000 || iova < 5 || gpa < 5 || endpoint == "ide" || pid == 99 || task == "x" || by("nothing") || removed > 5',
};

const NAMES = ['virtblk_add_req', 'iommu_map', 'nvme_queue_rq', '__iommu_dma_map.isra.0'];
const symbolize = (address: number): string | undefined => NAMES[address % NAMES.length];

/** `runs` timed selections of each filter from one record. Throws `Error` when a filter selects otherwise than before. */
export async function runFilter(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  onProgress(`filter: a record of ${EVENTS} events`);
  const record = fill();
  for (const [name, text] of Object.entries(FILTERS)) {
    onProgress(`filter: ${name}`);
    const times: number[] = [];
    let [firstCount, turn] = [-1, 0];
    while (turn < runs) {
      const start = performance.now();
      const compiled = compileFilter(text, record, { symbolize });
      if (!compiled.isValid) throw new Error(compiled.problem.message);
      const { length } = compiled.filter.select();
      times.push(performance.now() - start);
      if (firstCount === -1) firstCount = length;
      if (length !== firstCount) throw new Error(`"${text}" selected ${length}, not ${firstCount}`);
      turn += 1;
      // Lets the process do what else it has to, between two measurements
      await Promise.resolve();
    }
    rowsOf(`filter/1000000/${name}`, 'ms', { filter: times }).forEach(onRow);
  }
}

/** Events as a busy guest makes them: mostly pairs of MAP and UNMAP; now and then one fails, faults or moves an endpoint. */
function fill(): IommuRecord {
  const random = new Random(SEED);
  const record = new IommuRecord(HEAD, { maxBytes: 128 << 20 });
  const recorder = new Recorder();
  for (let sequence = 1; sequence <= EVENTS; sequence += 1) {
    const stack = {
      addresses: Uint32Array.from({ length: 6 }, () => random.between(0, 200)),
      isInnermostCertain: true,
    };
    const pid = random.between(1, 50);
    const task = { pid, tgid: pid, comm: pid < 10 ? 'dd' : 'init', isInterrupted: false };
    recorder.add(
      { ...anyEvent(random), sequence },
      { timeMs: sequence / 100, instructions: sequence * 100, who: { task, stack } },
    );
    if (sequence % 10_000 === 0) for (const batch of recorder.take()) record.append(batch);
  }
  if (record.count !== EVENTS) throw new Error('The record has no room for all events.');
  return record;
}

function anyEvent(random: Random): DeviceEvent {
  const domain = random.between(1, 3);
  const endpoint = random.pick(ENDPOINTS).id;
  const status = random.chance(0.02) ? 4 : 0;
  const virtStart = BigInt(0xffe0_0000 + random.between(0, 511) * PAGE);
  const virtEnd = virtStart + BigInt(random.between(1, 16) * PAGE - 1);
  const draw = random.between(0, 999);
  if (draw < 2) return { kind: 'attached', endpoint, domain, flags: 0, status };
  if (draw < 12) {
    return {
      kind: 'faulted',
      endpoint,
      reason: 2,
      flags: 0x101,
      address: virtStart,
      start: virtStart,
      length: 512,
      isRing: false,
      domain,
      mappedFlags: null,
      isReported: true,
    };
  }
  if (draw < 506) return { kind: 'unmapped', domain, virtStart, virtEnd, removed: 1, status };
  const physStart = BigInt(random.between(0, 0x3ffff) * PAGE);
  return {
    kind: 'mapped',
    domain,
    virtStart,
    virtEnd,
    physStart,
    flags: random.between(1, 3),
    status,
  };
}
