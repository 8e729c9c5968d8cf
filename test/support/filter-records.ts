// Random records for filters: few endpoints, domains, tasks and addresses, so that filters meet some of them.

import fc from 'fast-check';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import { ALL_FACTS, type RecordHead } from '../../src/trace/record/head.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import type { Who } from '../../src/trace/record/who.ts';
import { filterOf } from './any-filter.ts';

export const HEAD: RecordHead = {
  source: 'viommu',
  endpoints: [
    { id: 1, name: 'disk', reserved: [] },
    { id: 2, name: 'net', reserved: [] },
  ],
  device: null,
  memoryBytes: null,
  kernel: null,
  facts: ALL_FACTS,
};
const SYMBOLS: ReadonlyMap<number, string> = new Map([
  [0x10, 'virtblk_add_req'],
  [0x20, 'dma_map_page.isra.0'],
]);
/** Names of two addresses. */
export const symbolize = (address: number): string | undefined => SYMBOLS.get(address);

/** An event, and what is known of it. */
export interface Told {
  readonly event: DeviceEvent;
  readonly who?: Who;
  readonly timeMs?: number;
}

/** A record of these events, its chunks cut after some of them. */
export function recordOf(
  told: readonly Told[],
  cuts: readonly number[] = [],
  maxBytes?: number,
): IommuRecord {
  const record = new IommuRecord(HEAD, maxBytes === undefined ? {} : { maxBytes });
  const recorder = new Recorder();
  for (const [index, { event, who, timeMs = index }] of told.entries()) {
    const sequence = index + 1;
    // A jump of the clock begins a chunk
    const cut = cuts.filter((each) => each <= index).length;
    const instructions = index + cut * 0x1_0000_0000;
    recorder.add({ ...event, sequence }, { timeMs, instructions, who });
  }
  for (const batch of recorder.take()) record.append(batch);
  return record;
}

const PAGE = 0x1000n;
const LAST = 0xffff_ffff_ffff_ffffn;
/** Numbers of endpoints, domains and tasks. */
export const few = fc.nat(3);
export const status = fc.constantFrom(0, 0, 0, 4, 6);
const address = fc.oneof(
  fc.bigInt(0n, 6n).map((page) => page * PAGE),
  fc.bigInt(0n, 6n).map((page) => page * PAGE - 1n + (page === 0n ? 1n : 0n)),
  fc.bigInt(0n, 3n).map((below) => LAST - below),
  fc.bigInt(0n, 3n).map((page) => 0xffff_f000n + page * PAGE),
  fc.bigInt(0n, LAST),
);
export function kind<Kind extends DeviceEvent['kind']>(
  ...kinds: readonly Kind[]
): fc.Arbitrary<Kind> {
  return fc.constantFrom(...kinds);
}
const anyEvent: fc.Arbitrary<DeviceEvent> = fc.oneof(
  fc.record({ kind: kind('attached'), endpoint: few, domain: few, flags: few, status }),
  fc.record({ kind: kind('detached'), endpoint: few, domain: fc.option(few), status }),
  fc.record({
    kind: kind('mapped'),
    domain: few,
    virtStart: address,
    virtEnd: address,
    physStart: address,
    flags: fc.oneof(few, fc.nat(0xffff_ffff)),
    status,
  }),
  fc.record({
    kind: kind('unmapped'),
    domain: few,
    virtStart: address,
    virtEnd: address,
    removed: few,
    status,
  }),
  fc.record({ kind: kind('probed'), endpoint: few, status }),
  fc.record({
    kind: kind('ignored'),
    type: few,
    status: fc.option(status),
    readableBytes: few,
    writableBytes: few,
  }),
  fc
    .record({
      kind: kind('faulted'),
      endpoint: few,
      reason: few,
      flags: fc.constantFrom(1, 2, 0x101, 0x102),
      start: address,
      length: fc.oneof(few, fc.nat(0x2000), fc.nat(0xffff_ffff)),
      isRing: fc.boolean(),
      domain: fc.option(few),
      mappedFlags: fc.option(few),
      isReported: fc.boolean(),
    })
    .chain((fault) =>
      fc
        .nat(fault.length)
        .map((into) => ({ ...fault, address: BigInt.asUintN(64, fault.start + BigInt(into)) })),
    ),
  fc.record({ kind: kind('bypass-changed'), isBypass: fc.boolean() }),
  fc.record({ kind: kind('master-changed'), endpoint: few, isMaster: fc.boolean() }),
  fc.record({ kind: kind('started'), features: address }),
  fc.record({ kind: kind('reset', 'system-reset', 'power-cycled') }),
);
export const anyTold: fc.Arbitrary<Told> = fc.record({
  event: anyEvent,
  who: fc.record({
    task: fc.option(
      fc.record({
        pid: few,
        tgid: few,
        comm: fc.constantFrom('dd', 'init'),
        isInterrupted: fc.boolean(),
      }),
    ),
    stack: fc.option(
      fc.record({
        addresses: fc.constantFrom([], [0x10], [0x30, 0x20]).map((all) => Uint32Array.from(all)),
        isInnermostCertain: fc.boolean(),
      }),
    ),
  }),
});
/** Filters that ask for what such records have. */
export const anyFilter = filterOf({
  number: fc.oneof(
    fc.bigInt(0n, 5n),
    address,
    fc.bigInt(0n, 40n).map((ms) => ms * 1_000_000n),
  ),
  text: fc.constantFrom('dd', 'D', 'init', ''),
  endpoint: fc.constantFrom('disk', 'net'),
  symbol: fc.constantFrom('virtblk_add_req', 'dma_map_page', '*_add*', 'dma_*.0', 'add'),
});

/** A MAP of a page. */
export const map = (domain: number, start = 0n): Told => ({
  event: {
    kind: 'mapped',
    domain,
    virtStart: start,
    virtEnd: start + 0xfffn,
    physStart: start,
    flags: 3,
    status: 0,
  },
});
export const attach = (endpoint: number, domain: number): Told => ({
  event: { kind: 'attached', endpoint, domain, flags: 0, status: 0 },
});
