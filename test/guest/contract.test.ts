// `GuestSession` does what every `Guest` does.

import { afterAll, beforeAll, describe, expectTypeOf, it } from 'vitest';
import { GuestSession, type Guest } from '../../src/guest/testing.ts';
import { GUEST_CONTRACT } from '../support/guest-contract.ts';

const CHECKPOINT_BYTES = 48 << 20;

describe('a GuestSession', () => {
  let guest: GuestSession;

  beforeAll(async () => {
    guest = await GuestSession.start({ checkpointBytes: CHECKPOINT_BYTES });
  });
  afterAll(() => guest.dispose());

  it.each(GUEST_CONTRACT)('$name', ({ keep }) => keep(guest));

  it('is a Guest, whose answers come at once', () => {
    expectTypeOf(guest).toExtend<Guest>();
    expectTypeOf<ReturnType<GuestSession['digest']>>().not.toExtend<Promise<unknown>>();
    expectTypeOf<GuestSession['iommu']['events']>().not.toExtend<Promise<unknown>>();
  });
});
