// Random lines for `viommu device`: from noise to what is nearly right.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ATTACH, MAP, OK, open, request, read } from '../../../test/support/device-asking.ts';

describe('any line', () => {
  const number = fc.oneof(fc.nat(40), fc.integer(), fc.double(), fc.constantFrom('0x8', '9', -1));
  const value = fc.oneof(
    number,
    fc.string(),
    fc.constantFrom('read', 'write', true, false, null, ATTACH, MAP, '', '01', '02000000'),
    fc.array(number, { maxLength: 5 }),
  );
  const ops = [
    'request',
    'dma',
    'event',
    'config',
    'config-write',
    'reset',
    'system-reset',
    'state',
  ];
  const names = 'bytes writable readableFraming writableFraming indirect endpoint address length';
  const object = fc
    .tuple(
      fc.constantFrom(...ops),
      fc.dictionary(fc.constantFrom(...names.split(' '), 'access', 'framing', 'offset'), value),
    )
    .map(([op, fields]) => JSON.stringify({ op, ...fields }));
  const cutRequest = fc
    .tuple(fc.nat(6), fc.uint8Array({ maxLength: 90 }), fc.nat(90), fc.nat(600), fc.boolean())
    .map(([type, rest, cut, writable, indirect]) => {
      const bytes = Uint8Array.of(type, ...rest);
      const first = Math.min(cut, bytes.length);
      const readableFraming = [first, bytes.length - first];
      const writableFraming = [0, writable];
      const text = Buffer.from(bytes).toString('hex');
      const line = { op: 'request', bytes: text, writable, readableFraming, writableFraming };
      return JSON.stringify({ ...line, indirect });
    });
  const likely = fc.oneof(
    cutRequest,
    fc
      .tuple(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: 1, max: 2 ** 31 }))
      .map(([address, length]) => JSON.stringify(read(`0x${address.toString(16)}`, length))),
    fc.nat(40).map((length) => JSON.stringify({ op: 'event', length })),
    fc.constantFrom(JSON.stringify(request(ATTACH)), JSON.stringify(request(MAP))),
  );

  it('is answered by one line of JSON, and the device goes on', () => {
    const session = open('--memory 1');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), object, likely), (line) => {
        const answer = session.answer(line);
        expect(answer).not.toContain('\n');
        expect(JSON.parse(answer)).toBeTypeOf('object');
      }),
      { seed: 1, numRuns: 3000 },
    );
    session.answer('{"op":"reset"}');
    expect(JSON.parse(session.answer(JSON.stringify(request(ATTACH))))).toEqual(OK);
  });
});
