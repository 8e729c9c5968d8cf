import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../../../test/rigs/iommu-requests.ts';
import { highWord, lowWord } from '../../base/words.ts';
import { toIova } from '../../memory/address.ts';
import { toRangeWords } from '../../memory/range-words.ts';
import { decodeRequest, encodeFault, requestType } from './codec.ts';
import { RequestSlots } from './request.ts';

const SEED = 22;
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

function decode(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decodeRequest(view, new RequestSlots());
}

describe('decodeRequest', () => {
  it('reads back every field of what a driver wrote', () => {
    fc.assert(
      fc.property(u32, u32, u32, fc.tuple(u64, u64, u64), (domain, endpoint, flags, range) => {
        const [virtStart, virtEnd, physStart] = range;
        const isReservedZero = true;
        const isEmpty = false;
        const fields = { virtStart, virtEnd, physStart, flags };
        const words = toRangeWords({ start: toIova(virtStart), end: toIova(virtEnd) });
        const mapping = {
          ...words,
          physHigh: highWord(physStart),
          physLow: lowWord(physStart),
          flags,
        };
        expect([
          decode(attachRequest(domain, endpoint, flags)),
          decode(detachRequest(domain, endpoint)),
          decode(mapRequest(domain, fields)),
          decode(unmapRequest(domain, virtStart, virtEnd)),
          decode(probeRequest(endpoint)),
        ]).toEqual([
          { kind: 'attach', domain, endpoint, flags, isReservedZero },
          { kind: 'detach', domain, endpoint },
          { kind: 'map', domain, isEmpty, ...mapping },
          { kind: 'unmap', domain, isEmpty, ...words, isReservedZero },
          { kind: 'probe', endpoint },
        ]);
      }),
      { seed: SEED },
    );
  });

  it('is at home anywhere in a larger buffer', () => {
    const request = detachRequest(1, 2);
    const larger = new Uint8Array(64);
    larger.set(request, 7);
    expect(decode(larger.subarray(7, 7 + request.length))).toMatchObject({
      domain: 1,
      endpoint: 2,
    });
  });

  it('never throws, and knows nothing of unknown types', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const type = requestType(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        const request = decode(bytes);
        if (type < 1 || type > 5) expect(request).toBeUndefined();
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

describe('encodeFault', () => {
  it('puts 64 bits of address behind its fields', () => {
    const fault = {
      reason: 1,
      flags: 0x102,
      endpoint: 0x0403_0201,
      high: 0x8877_6655,
      low: 0x44332211,
    };
    expect([...encodeFault(fault)]).toEqual([
      1, 0, 0, 0, 2, 1, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
      0x88,
    ]);
  });
});
