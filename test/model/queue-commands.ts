// Commands at the two queues: requests in any framing, one or several for a notification, and buffers for events.

import fc from 'fast-check';
import type { ChainRequest } from '../../src/driver/driver-queue.ts';
import { VIRTIO_IOMMU_FAULT_F_READ, VIRTIO_IOMMU_FAULT_F_WRITE } from './naive-numbers.ts';
import { endpointAt, type NaiveIommu } from './naive-iommu.ts';
import { hasAccepted } from './naive-state.ts';
import { checkTranslation } from './dma-commands.ts';
import { resolvePlace, type Place } from './places.ts';
import { hex, mapRequest, request, type RawRequest, type RequestMaker } from './requests.ts';
import { REQUEST_QUEUE_SIZE } from './rig.ts';
import { landmarks, unitOf, VIRTIO_F_INDIRECT_DESC, weighted } from './scenario.ts';
import { compare, compareBytes, Step, type Act } from './step.ts';

const REQUEST_VQ = 0;
const EVENT_VQ = 1;
/** Most requests of one notification; most descriptors of each without an indirect table. */
const MAX_BATCH = 4;
const MAX_DIRECT = REQUEST_QUEUE_SIZE / MAX_BATCH;
/** In flight at one time, of two descriptors each. */
const MAX_EVENT_BUFFERS = 8;

interface Framing {
  /** Bytes of each descriptor. */
  readonly piece: number;
  readonly isIndirect: boolean;
  /** Descriptors before an indirect one. */
  readonly direct: number;
  /** What stands in the device-writable part before. */
  readonly fill: number;
}

const framing: fc.Arbitrary<Framing> = fc.record({
  piece: weighted([
    [4096, 8],
    [1, 1],
    [3, 2],
    [17, 1],
  ]),
  isIndirect: fc.boolean(),
  direct: fc.nat({ max: 3 }),
  fill: fc.constantFrom(0, 0xa5),
});

function cut(bytes: Uint8Array, piece: number): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / piece);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * piece, (index + 1) * piece),
  );
}

/** The chain of a request, within what the driver negotiated and the queue holds. */
function frame(
  { readable, room }: RawRequest,
  framing: Framing,
  mayIndirect: boolean,
): ChainRequest {
  const isIndirect = framing.isIndirect && mayIndirect;
  const count = Math.ceil(readable.length / framing.piece) + Math.ceil(room / framing.piece);
  const piece = isIndirect || count <= MAX_DIRECT ? framing.piece : 4096;
  const pieces = cut(readable, piece);
  const writable = cut(new Uint8Array(room), piece).map(({ length }) => length);
  return {
    // A chain has a descriptor at least
    readable: pieces.length + writable.length === 0 ? [readable] : pieces,
    writable,
    fill: framing.fill,
    ...(isIndirect ? { directDescriptors: Math.min(framing.direct, count) } : {}),
  };
}

function describeFraming({
  readable = [],
  writable = [],
  directDescriptors,
}: ChainRequest): string {
  const isPlain = readable.length <= 1 && writable.length <= 1;
  const count = readable.length + writable.length;
  const direct = directDescriptors ?? count;
  const mixed = direct === 0 ? 'indirect' : 'some direct, the others indirect';
  const where = direct < count ? mixed : 'direct';
  return `${isPlain ? 'one buffer each way' : 'many buffers'}, ${where}`;
}

/** Requests of one notification. */
type Batch = readonly (readonly [RequestMaker, Framing])[];

function sendBatch({ model, rig, say }: Act, requests: Batch): void {
  const mayIndirect = hasAccepted(model.state, VIRTIO_F_INDIRECT_DESC);
  const sent: { head: number; raw: RawRequest; expected: Uint8Array; used: number }[] = [];
  for (const [maker, framing] of requests) {
    const raw = maker(model);
    const chain = frame(raw, framing, mayIndirect);
    rig.tally.count(`framing: ${describeFraming(chain)}`);
    const head = rig.requestQueue.add(chain);
    const { written } = model.request(raw.readable, raw.room);
    const expected = new Uint8Array(raw.room).fill(framing.fill);
    expected.set(written);
    sent.push({ head, raw, expected, used: written.length });
    say(sent.map(({ raw }) => raw.text).join('; '));
  }
  rig.tally.operations += requests.length - 1;
  rig.tally.count(`requests of one notification: ${Math.min(requests.length, MAX_BATCH)}`);
  rig.mmio.notify(REQUEST_VQ);
  for (const { head, raw, expected, used } of sent) {
    const answer = rig.requestQueue.expectUsed();
    compare(`descriptor of ${raw.text}`, answer.head, head);
    compare(`used length of ${raw.text}`, answer.length, used);
    compareBytes(`reply to ${raw.text}`, answer.bytes, expected);
  }
}

const batch: fc.Arbitrary<Step> = fc
  .oneof(
    { weight: 6, arbitrary: fc.tuple(fc.tuple(request, framing)) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(request, framing), {
        minLength: 2,
        maxLength: MAX_BATCH,
        size: 'max',
      }),
    },
  )
  .map(
    (requests) =>
      new Step(
        'requests',
        (act) => sendBatch(act, requests),
        (model) => model.isRunning,
      ),
  );

const PLAIN: Framing = { piece: 4096, isIndirect: false, direct: 0, fill: 0xa5 };

interface Crowd {
  readonly endpoint: number;
  readonly count: number;
  /** Identity mappings from a region on, or mappings of which no two lead to neighbours. */
  readonly isIdentity: boolean;
  readonly region: Place;
}

/** Many mappings side by side; then accesses to all of them. */
function crowd(act: Act, { endpoint: endpointIndex, count, isIdentity, region }: Crowd): void {
  const { model, rig, say } = act;
  const endpoint = endpointAt(model, endpointIndex);
  const domain = endpoint.domain ?? 0;
  const unit = unitOf(model.state.config);
  const base = isIdentity ? resolvePlace(model, region) : (landmarks(unit)[0] ?? 0n) + 16n * unit;
  const requests = Array.from({ length: count }, (_, index): readonly [RequestMaker, Framing] => {
    const start = BigInt.asUintN(64, base + BigInt(index) * unit);
    const phys = isIdentity ? start : BigInt((index * 7) % 16) * unit;
    return [() => mapRequest(domain, { start, end: start + unit - 1n }, phys, 3), PLAIN];
  });
  const perBatch = REQUEST_QUEUE_SIZE / 2;
  const silent = { model, rig, say: () => undefined };
  for (let from = 0; from < count; from += perBatch) {
    sendBatch(silent, requests.slice(from, from + perBatch));
  }
  // Counted as one command, not as so many requests
  rig.tally.operations -= count;
  say(
    `${count} ${isIdentity ? 'identity ' : ''}mappings of endpoint ${endpoint.id} at ${hex(base)}`,
  );
  const length = count * Number(unit);
  const accesses = [VIRTIO_IOMMU_FAULT_F_READ, VIRTIO_IOMMU_FAULT_F_WRITE];
  accesses.forEach((access, index) => {
    const address = BigInt.asUintN(64, base + BigInt(index));
    checkTranslation(act, { endpoint, address, length: length - 1, access });
  });
}

const crowding: fc.Arbitrary<Step> = fc
  .record({
    endpoint: fc.nat({ max: 2 }),
    count: weighted([
      [20, 12],
      [150, 6],
      [1100, 1],
    ]),
    isIdentity: fc.boolean(),
    region: fc.record({
      anchor: fc.constant('region' as const),
      index: fc.nat({ max: 15 }),
      pages: fc.constant(0),
      delta: fc.constant('none' as const),
    }),
  })
  .map(
    (choice) =>
      new Step(
        'many mappings',
        (act) => crowd(act, choice),
        (model) => model.isRunning && endpointAt(model, choice.endpoint).domain !== null,
      ),
  );

const eventBuffers: fc.Arbitrary<Step> = fc
  .record({
    sizes: fc.array(
      weighted([
        [24, 12],
        [25, 1],
        [100, 1],
        [23, 1],
        [1, 1],
        [0, 1],
      ]),
      { minLength: 1, maxLength: 3 },
    ),
    split: fc.nat({ max: 30 }),
    isNotified: fc.boolean(),
  })
  .map(
    ({ sizes, split, isNotified }) =>
      new Step(
        'add event buffers',
        ({ model, rig, say }) => {
          say(`event buffers of ${sizes.join()} bytes`);
          for (const size of sizes) {
            const first = Math.min(split, size);
            const writable = first === 0 ? [size] : [first, size - first];
            rig.eventQueue.add({ writable, fill: 0xa5 });
            model.eventBuffers.push(size);
          }
          if (isNotified) rig.mmio.notify(EVENT_VQ);
        },
        (model) => model.isRunning && buffersInFlight(model) + sizes.length <= MAX_EVENT_BUFFERS,
      ),
  );

function buffersInFlight({ eventBuffers, usedEventBuffers }: NaiveIommu): number {
  return eventBuffers.length + usedEventBuffers.length;
}

/** Everything that came through the event queue. */
export function takeEvents({ model, rig }: Pick<Act, 'model' | 'rig'>): void {
  for (const { size, written } of model.usedEventBuffers) {
    const used = rig.eventQueue.expectUsed();
    const expected = new Uint8Array(size).fill(0xa5);
    expected.set(written);
    compare('used length of an event buffer', used.length, written.length);
    compareBytes('fault report', used.bytes, expected);
  }
  compare('further event', rig.eventQueue.takeUsed(), undefined);
  model.usedEventBuffers = [];
}

const eventTaking: fc.Arbitrary<Step> = fc
  .constant(null)
  .map(() => new Step('take events', takeEvents, (model) => model.isRunning));

/** Commands with their weights. */
export const QUEUE_COMMANDS = [
  { weight: 320, arbitrary: batch },
  { weight: 2, arbitrary: crowding },
  { weight: 20, arbitrary: eventBuffers },
  { weight: 10, arbitrary: eventTaking },
] as const;
