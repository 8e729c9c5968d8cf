// What the picture says: the figure, captions, the sentence for those who do not see it, and its table.

import {
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type { FaultEvent } from '../../src/iommu/events/iommu-event.ts';
import { formatAddress } from '../format/address.ts';
import { formatBytes, formatPlural } from '../format/quantity.ts';
import { PAGE_BYTES } from './runs.ts';
import type { Gate, Lane, Reach, Scene } from './scene.ts';

/** What devices are, in two or three words for a newcomer. */
const NOTES: ReadonlyMap<string, string> = new Map([
  ['virtio-net', 'network card'],
  ['virtio-9p', 'shared folder'],
  ['virtio-console', 'second console'],
  ['ide', 'disk controller'],
  ['virtio-blk', 'disk'],
  ['rogue', 'strays on command'],
  ['edu', 'for your own driver'],
]);

export function deviceNote(name: string): string {
  return NOTES.get(name) ?? '';
}

/** The figure in its parts, as a sentence that begins with "Devices can reach". */
export interface Figure {
  readonly amount: string;
  readonly of: string;
  readonly rest: string;
  readonly isAll: boolean;
}

function percent({ bytes, ofBytes }: Reach): string {
  const share = (100 * bytes) / Math.max(1, ofBytes);
  if (bytes > 0 && share < 0.1) return 'less than 0.1 %';
  if (bytes < ofBytes && share > 99.9) return 'more than 99.9 %';
  return `${share.toFixed(1)} %`;
}

/** Why nothing is out of reach. */
function whyAll(lanes: readonly Lane[], hasIommu: boolean): string {
  if (!hasIommu) return 'there is no IOMMU to stop them';
  const open = lanes.filter(({ gate }) => gate === 'open');
  const silent = lanes.filter(({ gate }) => gate === 'silent');
  if (open.length + silent.length === lanes.length) return 'the IOMMU lets everything through';
  const count = (some: readonly Lane[]): number => some.flatMap(({ devices }) => devices).length;
  const verb = count(open) === 1 ? 'passes' : 'pass';
  return `${count(open)} of ${formatPlural(count(lanes), 'device')} ${verb} unchecked`;
}

export function figureOf({ reach, facts, lanes }: Scene): Figure {
  const whole = formatBytes(reach.ofBytes);
  if (reach.isAll) {
    const rest = `All of it: ${whyAll(lanes, facts.hasIommu)}.`;
    return { amount: whole, of: `of ${whole}.`, rest, isAll: true };
  }
  const amount = reach.bytes === 0 && !reach.isLeast ? 'nothing' : formatBytes(reach.bytes);
  const least = reach.isLeast ? 'at least ' : '';
  const of = `of ${whole} (${percent(reach)}).`;
  return { amount: `${least}${amount}`, of, rest: 'Without the IOMMU: all of it.', isAll: false };
}

/** "372 KiB of 128 MiB". */
export function reachWords(scene: Scene): string {
  const { amount } = figureOf(scene);
  return `${amount} of ${formatBytes(scene.reach.ofBytes)}`;
}

/** Which domain stands there. */
export function gateName({ gate, domain }: Lane, { facts }: Scene): string {
  if (gate === 'wall') return `domain ${domain}`;
  if (gate === 'shut') return 'in no domain';
  if (gate === 'unknown') return 'not known';
  if (gate === 'silent' && domain === null) return 'in no domain';
  if (!facts.hasIommu) return 'no IOMMU';
  return domain === null ? 'in no domain: bypass' : `domain ${domain}: bypass`;
}

/** What it lets through, where there is little room. */
export function gateShortWords(lane: Lane): string {
  if (lane.gate !== 'wall') return gateWords(lane);
  return formatBytes(lane.bytes);
}

/** What it lets through: mappings, and the memory behind them, which is less than their size where several lead to one page. */
export function gateWords({ gate, mappings, bytes }: Lane): string {
  if (gate === 'shut') return 'reaches nothing';
  if (gate === 'silent') return 'bus mastering is off';
  if (gate === 'unknown') return 'the record does not tell';
  if (gate === 'open') return `reaches all ${formatBytes(bytes)}`;
  if (mappings === 0) return 'nothing mapped';
  return `${formatPlural(mappings, 'mapping')} · ${formatBytes(bytes)}`;
}

/** Why an access was stopped, in the fewest words. `gate`: what is before its device now. */
export function stopWords(
  { reason, mappedFlags }: Pick<FaultEvent, 'reason' | 'mappedFlags'>,
  gate: Gate,
): string {
  if (reason === VIRTIO_IOMMU_FAULT_R_DOMAIN) {
    return gate === 'wall' ? 'was in no domain' : 'in no domain';
  }
  if (reason !== VIRTIO_IOMMU_FAULT_R_MAPPING) return 'reason unknown';
  if (mappedFlags === null) return 'not mapped';
  if ((mappedFlags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0) return 'only for writing';
  return (mappedFlags & VIRTIO_IOMMU_MAP_F_READ) !== 0
    ? 'only for reading'
    : 'with no access rights';
}

/** The picture as one sentence. */
export function pictureSentence(scene: Scene): string {
  const { amount, of, rest } = figureOf(scene);
  const devices = formatPlural(scene.lanes.flatMap((lane) => lane.devices).length, 'device');
  const walls = scene.lanes.filter(({ gate }) => gate === 'wall').length;
  const behind = walls === 0 ? 'no domain' : formatPlural(walls, 'domain');
  return `${devices} behind ${behind}. Devices can reach ${amount} ${of} ${rest}`;
}

/** A row of the table for a device. */
export interface TableRow {
  readonly endpoint: number;
  readonly device: string;
  readonly domain: string;
  readonly openings: string;
  readonly reach: string;
}

const MOST_OPENINGS = 3;

function openingWords(lane: Lane): string {
  if (lane.gate !== 'wall') return gateWords(lane);
  if (lane.iova.length === 0) return 'none';
  const some = lane.iova.slice(0, MOST_OPENINGS).map(({ first, last }) => {
    const start = BigInt(first) * BigInt(PAGE_BYTES);
    return `${formatAddress(start)}, ${formatBytes((last - first + 1) * PAGE_BYTES)}`;
  });
  const more = lane.iova.length - some.length;
  return [...some, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

export function tableRows(scene: Scene): readonly TableRow[] {
  return scene.lanes.flatMap((lane) =>
    lane.devices.map(({ id, name }) => ({
      endpoint: id,
      device: name,
      domain: gateName(lane, scene),
      openings: openingWords(lane),
      reach: lane.gate === 'unknown' ? 'not known' : formatBytes(lane.bytes),
    })),
  );
}
