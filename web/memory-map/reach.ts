// Who reaches which page at one moment: for each page a bit for each device, for reading and for writing.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type { MappingColumns } from '../../src/trace/replay/lifetime.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { GPAS } from '../../src/trace/replay/spans.ts';
import { PAGE_BYTES, type Run } from '../picture/runs.ts';
import type { Scene } from '../picture/scene.ts';
import { forEachStretch, type MemoryAreas } from './areas.ts';

/** Devices that have a bit of their own; those behind share the last one. */
export const MOST_DEVICES = 16;

export interface PageReach {
  /** By cell. */
  readonly readers: Uint16Array;
  readonly writers: Uint16Array;
  /** Devices that nothing stops: they reach every page. */
  readonly open: number;
}

/** The bit of a device, by its place among the machine's devices. */
export function deviceBit(index: number): number {
  return 1 << Math.min(MOST_DEVICES - 1, index);
}

/** Pages that a mapping leads to. */
function pagesOf(columns: MappingColumns, at: number): Run {
  return {
    first: Math.floor(GPAS.start(columns, at) / PAGE_BYTES),
    last: Math.floor(GPAS.end(columns, at) / PAGE_BYTES),
  };
}

/** What one domain's devices have been found to reach; mappings come by ascending memory, so that no page is marked twice. */
interface Marking {
  readonly bits: number;
  nextRead: number;
  nextWrite: number;
}

function mark(cells: Uint16Array, areas: MemoryAreas, run: Run, bits: number): void {
  forEachStretch(areas, run, (first, last) => {
    for (let cell = first; cell <= last; cell += 1) cells[cell] = (cells[cell] ?? 0) | bits;
  });
}

function markIdentity(moment: Moment, scene: Scene, areas: MemoryAreas, reach: PageReach): void {
  for (const { devices, gate } of scene.lanes) {
    if (gate !== 'wall') continue;
    for (const { id, index } of devices) {
      for (const region of moment.endpoint(id)?.reserved ?? []) {
        if (region.kind !== 'identity') continue;
        const run = {
          first: Math.floor(Number(region.start) / PAGE_BYTES),
          last: Math.floor(Number(region.end) / PAGE_BYTES),
        };
        const { flags } = region;
        if ((flags & VIRTIO_IOMMU_MAP_F_READ) !== 0)
          mark(reach.readers, areas, run, deviceBit(index));
        if ((flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0)
          mark(reach.writers, areas, run, deviceBit(index));
      }
    }
  }
}

/** `moment` is null for a machine without an IOMMU. */
export function reachAt(moment: Moment | null, scene: Scene, areas: MemoryAreas): PageReach {
  let open = 0;
  const markings = new Map<number, Marking>();
  for (const { gate, domain, devices } of scene.lanes) {
    const bits = devices.reduce((all, { index }) => all | deviceBit(index), 0);
    if (gate === 'open') open |= bits;
    if (gate === 'wall' && domain !== null)
      markings.set(domain, { bits, nextRead: 0, nextWrite: 0 });
  }
  const reach: PageReach = {
    readers: new Uint16Array(areas.cells),
    writers: new Uint16Array(areas.cells),
    open,
  };
  if (moment === null) return reach;
  const columns = moment.mappingColumns;
  for (const at of moment.placesByGpa) {
    const marking = markings.get(columns.domain[at] ?? -1);
    if (marking === undefined) continue;
    const flags = columns.flags[at] ?? 0;
    const { first, last } = pagesOf(columns, at);
    if ((flags & VIRTIO_IOMMU_MAP_F_READ) !== 0 && last >= marking.nextRead) {
      mark(reach.readers, areas, { first: Math.max(first, marking.nextRead), last }, marking.bits);
      marking.nextRead = last + 1;
    }
    if ((flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0 && last >= marking.nextWrite) {
      mark(reach.writers, areas, { first: Math.max(first, marking.nextWrite), last }, marking.bits);
      marking.nextWrite = last + 1;
    }
  }
  markIdentity(moment, scene, areas, reach);
  return reach;
}
