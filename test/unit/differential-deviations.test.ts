// Each known deviation of QEMU's device on an example: our device answers as the specification has it, the list knows
// what QEMU 7.2 was seen to answer, and does not know a near miss.

import { describe, expect, it } from 'vitest';
import {
  ATTACH_RESERVED,
  CONFIG_BYPASS,
  CONFIG_PROBE_SIZE,
  UNMAP_RESERVED,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOENT,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../src/iommu/protocol/protocol.ts';
import type { ChainRequest } from '../../src/driver/driver-queue.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../rigs/iommu-requests.ts';
import { VIRTIO_F_INDIRECT_DESC } from '../../src/virtio/features.ts';
import { DEVIATIONS } from '../differential/deviations.ts';
import { exchangeOf, type Observation, type Reply } from '../differential/observation.ts';
import type { Answer, Operation } from '../differential/operation.ts';
import { OurDevice, createStore } from '../differential/our-device.ts';
import { COMMON_FEATURES } from '../differential/setup.ts';

const ENDPOINT = 0x18;
const OTHER = 0x20;
const ALIAS = 0x1_0018;
const NEITHER = 0x1_0019;
const BROKEN: Answer = { kind: 'broken' };
const PROBE_ROOM = 516;

function request(readable: Uint8Array, room = 4, framing: Partial<ChainRequest> = {}): Operation {
  return { kind: 'request', chain: { readable: [readable], writable: [room], ...framing } };
}

/** A tail alone. */
function tail(status: number): Answer {
  return { kind: 'used', length: 4, bytes: Uint8Array.of(status, 0, 0, 0) };
}

function probeReply(status: number): Answer {
  const bytes = new Uint8Array(PROBE_ROOM);
  bytes[PROBE_ROOM - 4] = status;
  return { kind: 'used', length: PROBE_ROOM, bytes };
}

function stained(bytes: Uint8Array, offset: number): Uint8Array {
  return bytes.map((byte, index) => (index === offset ? 1 : byte));
}

const attach = (domain: number, endpoint: number, flags = 0): Operation =>
  request(attachRequest(domain, endpoint, flags));
const map = (virtStart: bigint, virtEnd: bigint, physStart = 0n, flags = 3): Operation =>
  request(mapRequest(1, { virtStart, virtEnd, physStart, flags }));
const unmap = (start: bigint, end: bigint): Operation => request(unmapRequest(1, start, end));
const probe = (endpoint: number, room = PROBE_ROOM): Operation =>
  request(probeRequest(endpoint), room);
const write = (offset: number, value: number): Operation => ({
  kind: 'config-write',
  offset,
  width: 1,
  value,
});

const ATTACHED = [attach(1, ENDPOINT)];
const MAPPED = [...ATTACHED, map(0x1000n, 0x1fffn)];
const without = (feature: bigint): bigint => COMMON_FEATURES & ~feature;

interface Scene {
  readonly features?: bigint;
  /** What comes before. */
  readonly setup?: readonly Operation[];
  readonly operation: Operation;
  /** What QEMU answers. */
  readonly theirs: Answer;
}

interface Example extends Scene {
  /** What ours answers; 'odd' for a tail that stands elsewhere, 'kept' for a configuration that is as it was. */
  readonly ours: Reply | 'kept';
  /** What makes it another case. */
  readonly nearMiss: Partial<Scene>;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'indirect-not-negotiated': {
    features: without(VIRTIO_F_INDIRECT_DESC),
    operation: request(attachRequest(1, ENDPOINT), 4, { directDescriptors: 0 }),
    ours: 'broken',
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { theirs: BROKEN },
  },
  'direct-before-indirect': {
    operation: request(attachRequest(1, ENDPOINT), 4, { directDescriptors: 1 }),
    ours: VIRTIO_IOMMU_S_OK,
    theirs: BROKEN,
    nearMiss: { operation: request(attachRequest(1, ENDPOINT), 4, { directDescriptors: 0 }) },
  },
  'empty-descriptor': {
    operation: request(attachRequest(1, ENDPOINT), 4, { writable: [0, 4] }),
    ours: VIRTIO_IOMMU_S_OK,
    theirs: BROKEN,
    nearMiss: { operation: request(attachRequest(1, ENDPOINT), 4, { writable: [1, 3] }) },
  },
  'breaks-without-tail': {
    operation: request(attachRequest(1, ENDPOINT), 3),
    ours: 'unwritten',
    theirs: BROKEN,
    nearMiss: { operation: request(attachRequest(1, ENDPOINT), 4) },
  },
  'breaks-without-head': {
    operation: request(attachRequest(1, ENDPOINT).slice(0, 3)),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: BROKEN,
    nearMiss: { operation: request(attachRequest(1, ENDPOINT).slice(0, 4)) },
  },
  'aborts-on-short-probe': {
    operation: probe(ENDPOINT, PROBE_ROOM - 1),
    ours: 'odd',
    theirs: { kind: 'died' },
    nearMiss: { operation: probe(ENDPOINT) },
  },
  'answers-unknown-type': {
    operation: request(Uint8Array.of(6, 0, 0, 0)),
    ours: 'unwritten',
    theirs: tail(VIRTIO_IOMMU_S_UNSUPP),
    nearMiss: { theirs: tail(VIRTIO_IOMMU_S_INVAL) },
  },
  'probe-not-negotiated': {
    features: without(VIRTIO_IOMMU_F_PROBE),
    operation: probe(ENDPOINT),
    ours: 'unwritten',
    theirs: probeReply(VIRTIO_IOMMU_S_OK),
    nearMiss: { theirs: probeReply(VIRTIO_IOMMU_S_NOENT) },
  },
  'probe-id-cut-to-16-bits': {
    operation: probe(ALIAS),
    ours: VIRTIO_IOMMU_S_NOENT,
    theirs: probeReply(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: probe(NEITHER) },
  },
  'attach-reserved-ignored': {
    operation: request(stained(attachRequest(1, ENDPOINT), ATTACH_RESERVED)),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { theirs: tail(VIRTIO_IOMMU_S_NOENT) },
  },
  'attach-bypass-not-negotiated': {
    features: without(VIRTIO_IOMMU_F_BYPASS_CONFIG),
    operation: attach(1, ENDPOINT, 1),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: attach(1, ENDPOINT, 3) },
  },
  'attach-id-cut-to-16-bits': {
    operation: attach(1, ALIAS),
    ours: VIRTIO_IOMMU_S_NOENT,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: attach(1, NEITHER) },
  },
  'mismatch-recreates-domain': {
    setup: ATTACHED,
    operation: attach(1, ENDPOINT, 1),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { setup: [...ATTACHED, attach(1, OTHER)] },
  },
  'mismatch-detaches': {
    setup: [...ATTACHED, attach(2, OTHER)],
    operation: attach(2, ENDPOINT, 1),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_INVAL),
    nearMiss: { setup: [attach(2, OTHER)] },
  },
  'reattach-drops-mappings': {
    setup: MAPPED,
    operation: attach(1, ENDPOINT),
    ours: VIRTIO_IOMMU_S_OK,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { setup: [...MAPPED, attach(1, OTHER)] },
  },
  'detach-never-attached': {
    operation: request(detachRequest(1, ENDPOINT)),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_NOENT),
    nearMiss: { setup: [attach(2, ENDPOINT)] },
  },
  'map-not-negotiated': {
    features: without(VIRTIO_IOMMU_F_MAP_UNMAP),
    setup: ATTACHED,
    operation: map(0x1000n, 0x1fffn),
    ours: VIRTIO_IOMMU_S_UNSUPP,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { theirs: tail(VIRTIO_IOMMU_S_INVAL) },
  },
  'unmap-not-negotiated': {
    features: without(VIRTIO_IOMMU_F_MAP_UNMAP),
    setup: ATTACHED,
    operation: unmap(0x1000n, 0x1fffn),
    ours: VIRTIO_IOMMU_S_UNSUPP,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { theirs: tail(VIRTIO_IOMMU_S_RANGE) },
  },
  'map-mmio-not-negotiated': {
    features: without(VIRTIO_IOMMU_F_MMIO),
    setup: ATTACHED,
    operation: map(0x1000n, 0x1fffn, 0n, 7),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: map(0x1000n, 0x1fffn, 0n, 15) },
  },
  'map-overlap-first': {
    setup: MAPPED,
    operation: map(0x1000n, 0x17ffn),
    ours: VIRTIO_IOMMU_S_RANGE,
    theirs: tail(VIRTIO_IOMMU_S_INVAL),
    nearMiss: { setup: ATTACHED },
  },
  'map-unaligned': {
    setup: ATTACHED,
    operation: map(0x1000n, 0x17ffn),
    ours: VIRTIO_IOMMU_S_RANGE,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { setup: MAPPED },
  },
  'map-end-before-start': {
    setup: ATTACHED,
    operation: map(0x3000n, 0x1fffn),
    ours: VIRTIO_IOMMU_S_RANGE,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: map(0x3000n, 0x1ffen) },
  },
  'map-guest-physical-wraps': {
    setup: ATTACHED,
    operation: map(0x1000n, 0x2fffn, 0xffff_ffff_ffff_f000n),
    ours: VIRTIO_IOMMU_S_RANGE,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: map(0x1000n, 0x1fffn, 0xffff_ffff_ffff_f000n) },
  },
  'map-reserved-region': {
    setup: ATTACHED,
    operation: map(0xfeef_f000n, 0xfeef_ffffn),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { operation: map(0xfef0_0000n, 0xfef0_0fffn) },
  },
  'unmap-reserved-ignored': {
    setup: MAPPED,
    operation: request(stained(unmapRequest(1, 0x1000n, 0x1fffn), UNMAP_RESERVED)),
    ours: VIRTIO_IOMMU_S_INVAL,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { theirs: tail(VIRTIO_IOMMU_S_RANGE) },
  },
  'unmap-end-before-start': {
    setup: ATTACHED,
    operation: unmap(0x1800n, 0x13ffn),
    ours: VIRTIO_IOMMU_S_RANGE,
    theirs: tail(VIRTIO_IOMMU_S_OK),
    nearMiss: { setup: MAPPED },
  },
  'unmap-removes-before-range': {
    setup: [...MAPPED, map(0x2000n, 0x3fffn)],
    operation: unmap(0x1000n, 0x2fffn),
    ours: VIRTIO_IOMMU_S_RANGE,
    theirs: tail(VIRTIO_IOMMU_S_RANGE),
    nearMiss: { operation: unmap(0x2000n, 0x2fffn) },
  },
  'config-not-negotiated': {
    features: without(VIRTIO_IOMMU_F_BYPASS_CONFIG),
    operation: write(CONFIG_BYPASS, 0),
    ours: 'kept',
    theirs: BROKEN,
    nearMiss: { operation: write(CONFIG_BYPASS, 1) },
  },
  'config-bad-bypass': {
    operation: write(CONFIG_BYPASS, 2),
    ours: 'kept',
    theirs: BROKEN,
    nearMiss: { operation: write(CONFIG_BYPASS, 0) },
  },
  'config-foreign-write': {
    operation: write(CONFIG_BYPASS + 1, 0xab),
    ours: 'kept',
    theirs: { kind: 'value', value: 0xab01 },
    nearMiss: { theirs: { kind: 'value', value: 0x01ab } },
  },
};

/** Our device's answer to a scene beside QEMU's. */
function observe({
  features = COMMON_FEATURES,
  setup = [],
  operation,
  theirs,
}: Scene): Observation {
  const device = new OurDevice(createStore());
  device.start(features);
  for (const each of setup) answerOf(device, each);
  const before = device.state();
  return { operation, before, ours: answerOf(device, operation), theirs };
}

function answerOf(device: OurDevice, operation: Operation): Answer {
  switch (operation.kind) {
    case 'request':
      return device.submit(operation.chain);
    case 'config-read':
      return device.readConfig(operation.offset, operation.width);
    case 'config-write':
      return device.writeConfig(operation.offset, operation.width, operation.value);
    case 'reset':
      return device.start(operation.features);
  }
}

function ourReply(seen: Observation): Reply | 'kept' {
  const { ours, before } = seen;
  if (ours.kind === 'value' && ours.value === (before.isBypass ? 1 : 0)) return 'kept';
  return exchangeOf(seen)?.ours ?? 'odd';
}

function exampleOf(name: string): Example {
  const example = EXAMPLES[name];
  if (example === undefined) throw new Error(`${name} has no example`);
  return example;
}

// Where both may be right, only the requirement itself is shown
const NAMES = DEVIATIONS.map(({ name, kind, requirements }): [string, string] => [
  requirements.map((id) => (kind === 'deviation' ? `E-qemu-${id}` : id)).join(' '),
  name,
]);

describe('where QEMU differs', () => {
  it('has an example for everything that is known', () => {
    expect(Object.keys(EXAMPLES)).toEqual(DEVIATIONS.map(({ name }) => name));
  });

  it.each(NAMES)('[%s] ours answers by the specification: %s', (_ids, name) => {
    const example = exampleOf(name);
    expect(ourReply(observe(example))).toBe(example.ours);
  });

  it.each(DEVIATIONS.map(({ name, matches }) => [name, matches] as const))(
    'knows the very condition of %s',
    (name, matches) => {
      const example = exampleOf(name);
      const seen = [example, { ...example, ...example.nearMiss }].map(observe);
      expect(seen.map((each) => matches(each, exchangeOf(each)))).toEqual([true, false]);
    },
  );

  it('[E-bug-unmap-endless-loop] a MAP that ends before it starts leaves nothing for an UNMAP to trip over', () => {
    const backwards = map(0x5000n, 0x2fffn);
    const across = unmap(0n, 0xffff_ffff_ffff_ffffn);
    const device = new OurDevice(createStore());
    device.start(COMMON_FEATURES);
    const answers = [...ATTACHED, backwards, across].map((each) => answerOf(device, each));
    expect(answers).toEqual([
      tail(VIRTIO_IOMMU_S_OK),
      tail(VIRTIO_IOMMU_S_RANGE),
      tail(VIRTIO_IOMMU_S_OK),
    ]);
  });

  it('[E-bug-stale-config] a write to another field before the first read leaves bypass alone', () => {
    const device = new OurDevice(createStore());
    expect(device.writeConfig(CONFIG_PROBE_SIZE, 4, 7)).toEqual({ kind: 'value', value: 1 });
    expect(device.readConfig(CONFIG_PROBE_SIZE, 4)).toEqual({ kind: 'value', value: 512 });
  });
});
