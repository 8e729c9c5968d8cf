// The fields of the layouts and the codec of each dialect must read the same bytes alike.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinWords } from '../../../base/words.ts';
import { toIova } from '../../../memory/address.ts';
import { RESV_MEM_SUBTYPES, type ReservedRegion } from '../../regions/reserved-regions.ts';
import { encodeProperties, encodeReply, replySize } from '../codec.ts';
import { DIALECT_NAMES, dialectOf } from '../dialects.ts';
import { VIRTIO_IOMMU_T_PROBE } from '../protocol.ts';
import { RequestSlots, type Request } from '../request.ts';
import { faultFields, layoutsOf, replyFields, requestFields } from './message-fields.ts';
import type { MessageField } from './message-fields.ts';

const SEED = 12;
const RUNS = { seed: SEED, numRuns: 100 };
const TAIL = 4;
const U64 = 1n << 64n;
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
/** Rights that every version spells alike in what its codec makes of a request. */
const RIGHTS: ReadonlyMap<string, number> = new Map([
  ['READ', 1],
  ['WRITE', 2],
  ['MMIO', 4],
]);

function valueOf(fields: readonly MessageField[], ...names: readonly string[]): bigint {
  const field = fields.find(({ name }) => names.includes(name));
  if (field?.value === null || field === undefined) throw new Error(`no ${names.join()}`);
  return field.value;
}

/** Names of the bits that are set, of those that the released protocol knows; then what has no name. */
function flagsOf(fields: readonly MessageField[]): number {
  const field = fields.find(({ meaning }) => meaning === 'flags');
  if (field === undefined) return 0;
  let rest = Number(field.value);
  let flags = 0;
  for (const [bit, name] of field.bits) {
    if ((rest & bit) !== 0) flags |= RIGHTS.get(name) ?? (name === 'EXEC' ? 0 : bit);
    rest &= ~bit;
  }
  return (flags | rest) >>> 0;
}

function isReservedZero(fields: readonly MessageField[], bytes: Uint8Array): boolean {
  return fields
    .filter(({ key, meaning }) => meaning === 'reserved' && !key.startsWith('head.'))
    .every(({ offset, size }) => bytes.subarray(offset, offset + size).every((byte) => byte === 0));
}

/** First and last IOVA that the fields tell. */
function rangeOf(fields: readonly MessageField[]) {
  const start = valueOf(fields, 'virt_start', 'virt_addr');
  const last = fields.find(({ name }) => name === 'virt_end')?.value ?? undefined;
  const end = last ?? (start + valueOf(fields, 'size') - 1n + U64) % U64;
  const isEmpty = last === undefined && valueOf(fields, 'size') === 0n;
  return { start, end, isEmpty };
}

function rangeRead(request: Extract<Request, { readonly kind: 'map' | 'unmap' }>) {
  const { startHigh, startLow, endHigh, endLow, isEmpty } = request;
  return { start: joinWords(startHigh, startLow), end: joinWords(endHigh, endLow), isEmpty };
}

/** What the codec reads, and what the fields say of the same bytes, in the same form. */
function bothReadings(request: Request, fields: readonly MessageField[], bytes: Uint8Array) {
  const domain = (): number => Number(valueOf(fields, 'domain', 'address_space'));
  const endpoint = (): number => Number(valueOf(fields, 'endpoint', 'device'));
  const isZero = isReservedZero(fields, bytes);
  switch (request.kind) {
    case 'attach':
      return [
        { ...request },
        {
          kind: 'attach',
          domain: domain(),
          endpoint: endpoint(),
          flags: flagsOf(fields),
          isReservedZero: isZero,
        },
      ];
    case 'detach':
      return [{ ...request }, { kind: 'detach', domain: domain(), endpoint: endpoint() }];
    case 'detach-endpoint':
      return [
        { ...request },
        { kind: 'detach-endpoint', endpoint: endpoint(), isReservedZero: isZero },
      ];
    case 'map': {
      const { physHigh, physLow, flags } = request;
      const phys = valueOf(fields, 'phys_start', 'phys_addr');
      return [
        {
          domain: request.domain,
          ...rangeRead(request),
          flags,
          phys: joinWords(physHigh, physLow),
        },
        { domain: domain(), ...rangeOf(fields), flags: flagsOf(fields), phys },
      ];
    }
    case 'unmap':
      return [
        { domain: request.domain, ...rangeRead(request), isZero: request.isReservedZero },
        { domain: domain(), ...rangeOf(fields), isZero },
      ];
    case 'probe':
      return [{ ...request }, { kind: 'probe', endpoint: endpoint() }];
  }
}

describe.each(DIALECT_NAMES)('the layouts of dialect %s', (name) => {
  const layouts = layoutsOf(name);
  const dialect = dialectOf(name);
  const { requests, head, tail, propertyHeader, regions, fault } = layouts;
  const all = [...requests.values(), head, tail, propertyHeader, ...regions.values()];

  it.each([...all, ...(fault === undefined ? [] : [fault])].map((each) => [each.name, each]))(
    'have a field for every byte of %s, and none twice',
    (_name, { fields, size }) => {
      const ends = fields.map((field) => field.offset + field.size);
      expect(fields.map(({ offset }) => offset)).toEqual([0, ...ends.slice(0, -1)]);
      expect(ends.at(-1)).toBe(size);
    },
  );

  it.each([...requests])('read a request of type %i as the device does', (type, { size }) => {
    const rest = fc.oneof(
      fc.uint8Array({ minLength: size - 1, maxLength: size - 1 }),
      // Reserved bytes are zero now and then, and sizes small
      fc.array(fc.constantFrom(0, 0, 0, 0, 1, 4, 8, 255), {
        minLength: size - 1,
        maxLength: size - 1,
      }),
    );
    fc.assert(
      fc.property(rest, (others) => {
        const bytes = Uint8Array.from([type, ...others]);
        const request = dialect.decodeRequest(new DataView(bytes.buffer), new RequestSlots());
        if (request === undefined) throw new Error('the codec does not know the type');
        const [read, told] = bothReadings(request, requestFields(name, bytes), bytes);
        expect(told).toEqual(read);
        const short = bytes.slice(0, -1);
        const cut = dialect.decodeRequest(new DataView(short.buffer), new RequestSlots());
        expect(cut).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('read the regions and the status of a reply as the device writes them', () => {
    const region = fc
      .record({
        kind: fc.constantFrom('reserved' as const, 'msi' as const, 'identity' as const),
        start: fc.bigInt({ min: 0n, max: U64 / 2n }),
        size: fc.bigInt({ min: 1n, max: U64 / 4n }),
        flags: fc.constantFrom(1, 2, 3),
      })
      .map(({ kind, start, size, flags }): ReservedRegion => {
        const range = { start: toIova(start), end: toIova(start + size - 1n) };
        return kind === 'identity' ? { kind, ...range, flags } : { kind, ...range };
      });
    fc.assert(
      fc.property(fc.array(region, { maxLength: 5 }), fc.nat(8), (known, status) => {
        const size = replySize(VIRTIO_IOMMU_T_PROBE, 1024, 256);
        const properties = encodeProperties(known, dialect.regionFormat);
        const written = encodeReply(size, status, properties);
        const fields = replyFields(name, VIRTIO_IOMMU_T_PROBE, written);
        const heads = fields.flatMap(({ name: each, layout }, index) =>
          each === 'type' && layout.name === 'resv_mem' ? [index] : [],
        );
        const told = heads.map((at, index) => {
          const own = fields.slice(at, heads[index + 1] ?? fields.length - 2);
          const start = valueOf(own, 'start', 'addr');
          const last = own.find(({ name: each }) => each === 'end')?.value ?? undefined;
          const end = last ?? start + valueOf(own, 'size') - 1n;
          const rights = own.some(({ meaning }) => meaning === 'flags') ? flagsOf(own) : 0;
          return { subtype: Number(valueOf(own, 'subtype')), start, end, rights };
        });
        expect(told).toEqual(
          known.map((each) => ({
            subtype: RESV_MEM_SUBTYPES[each.kind],
            start: each.start,
            end: each.end,
            rights: each.kind === 'identity' ? each.flags : 0,
          })),
        );
        expect(fields.at(-2)).toMatchObject({
          key: 'tail.status',
          offset: size - TAIL,
          value: BigInt(status),
        });
      }),
      RUNS,
    );
  });

  it('read a fault report as the device writes it', () => {
    fc.assert(
      fc.property(fc.nat(2), u32, u32, u32, u32, (reason, flags, endpoint, high, low) => {
        const report = dialect.encodeFault?.({ reason, flags, endpoint, high, low });
        const fields = faultFields(name, report ?? new Uint8Array());
        expect(fault?.size).toBe(report?.length);
        expect(
          fields.flatMap(({ name: each, value }) => (value === null ? [] : [[each, value]])),
        ).toEqual(
          report === undefined
            ? []
            : [
                ['reason', BigInt(reason)],
                ['flags', BigInt(flags)],
                ['endpoint', BigInt(endpoint)],
                ['address', joinWords(high, low)],
              ],
        );
      }),
      RUNS,
    );
  });

  it('never throw, whatever bytes there are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(6), (bytes, type) => {
        for (const fields of [
          requestFields(name, bytes),
          replyFields(name, type, bytes),
          faultFields(name, bytes),
        ]) {
          const missing = fields.filter(({ offset, size }) => offset + size > bytes.length);
          expect(missing.every(({ value }) => value === null)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

it('know no request of an unknown type, but its head', () => {
  const fields = requestFields('1.2', Uint8Array.of(9, 0, 0, 0, 1, 2));
  expect(fields.map(({ key, value }) => [key, value])).toEqual([
    ['head.type', 9n],
    ['head.reserved', null],
  ]);
});
