// The guest of the tests: started once for all files, put back to its prompt before each test.

import { test } from 'vitest';
import { GuestSession, type GuestSnapshot } from '../../../src/guest/testing.ts';
import { SHARED_BYTES, SHARED_FILE } from './payload.ts';

interface BootedGuest {
  readonly session: GuestSession;
  /** The guest at its prompt, with a file that it shares. */
  readonly snapshot: GuestSnapshot;
}

export const guestTest = test
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture stands on
  .extend<'booted', BootedGuest>('booted', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const session = await GuestSession.start();
    onCleanup(() => session.dispose());
    await session.giveFile(SHARED_FILE, SHARED_BYTES);
    return { session, snapshot: await session.save() };
  })
  .extend('guest', async ({ booted }) => {
    await booted.session.restore(booted.snapshot);
    return booted.session;
  });
