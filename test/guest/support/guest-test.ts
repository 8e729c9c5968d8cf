// The guest of the tests: booted once for all files, put back to its prompt before each test.

import { test } from 'vitest';
import {
  GuestSession,
  type GuestSessionOptions,
  type GuestSnapshot,
} from '../../../src/guest/testing.ts';
import { SHARED_BYTES, SHARED_FILE } from './payload.ts';

/** What every guest of the tests is booted with. */
export const GUEST_OPTIONS: GuestSessionOptions = { share: { [SHARED_FILE]: SHARED_BYTES } };

interface BootedGuest {
  readonly session: GuestSession;
  /** The guest at its prompt. */
  readonly snapshot: GuestSnapshot;
}

export const guestTest = test
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture stands on
  .extend<'booted', BootedGuest>('booted', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const session = await GuestSession.boot(GUEST_OPTIONS);
    onCleanup(() => session.dispose());
    return { session, snapshot: await session.save() };
  })
  .extend('guest', async ({ booted }) => {
    await booted.session.restore(booted.snapshot);
    return booted.session;
  });
