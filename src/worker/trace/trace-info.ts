// What a page has to know of the machine that a trace is of, as far as the trace tells.

import { DEFAULT_PLAN } from '../../machine/plan/plan-check.ts';
import { ENDPOINTS, OUTSIDE, type EndpointInfo } from '../../machine/plan/topology.ts';
import type { RecordedEndpoint } from '../../trace/record/head.ts';
import type { History } from '../../trace/replay/history.ts';
import type { MomentEndpoint } from '../../trace/replay/moment.ts';
import type { MachineInfo } from '../api/power.ts';

/** Where a trace does not tell how large memory is, it is taken for as large as what was mapped, at least this. */
const LEAST_MEMORY = 1 << 27;
/** And at most this, as addresses in a trace can be any. */
const MOST_MEMORY = 2 ** 40;

/** `iommu` is never off: a trace is of an IOMMU. */
export function traceMachineInfo(history: History): MachineInfo {
  const { head } = history.record;
  const moment = history.at(history.record.lastSequence);
  const endpoints = moment.isKnown ? moment.endpoints : head.endpoints;
  const isOwn = head.source === 'viommu';
  return {
    endpoints: endpoints.map((endpoint) => infoOf(endpoint, isOwn)),
    outside: isOwn ? OUTSIDE : [],
    memoryBytes: head.memoryBytes ?? memoryOf(history),
    iommu: 'translated',
    plan: DEFAULT_PLAN,
  };
}

function infoOf({ id, name }: RecordedEndpoint | MomentEndpoint, isOwn: boolean): EndpointInfo {
  const known = isOwn ? ENDPOINTS.find((each) => each.id === id) : undefined;
  return known ?? { id, name, description: 'As the trace names it', location: locationOf(id) };
}

/** An ID of 16 bits is taken for a PCI function's, as its drivers give them out. */
function locationOf(id: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  if (id > 0xffff) return `endpoint 0x${id.toString(16)}`;
  return `PCI ${hex(id >> 8, 2)}:${hex((id >> 3) & 0x1f, 2)}.${id & 7}`;
}

/** A power of two above all that was ever mapped. */
function memoryOf({ record }: History): number {
  let most = LEAST_MEMORY;
  for (const { columns, count } of record.chunks) {
    for (let at = 0; at < count; at += 1) {
      const gpa = (columns.gpaHigh[at] ?? 0) * 2 ** 32 + (columns.gpaLow[at] ?? 0);
      while (most <= gpa && most < MOST_MEMORY) most *= 2;
    }
  }
  return most;
}
