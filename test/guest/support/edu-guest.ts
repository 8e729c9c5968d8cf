// A guest with edu and modules to load, booted once for all files, put back to its prompt before each test.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { packageRoot } from '../../../src/guest/package-root.ts';
import {
  GuestSession,
  type GuestSessionOptions,
  type GuestSnapshot,
} from '../../../src/guest/testing.ts';

const MODULES = join(packageRoot(), 'guest-images/modules');
export const WITH_EDU: GuestSessionOptions = {
  plan: { endpoints: { edu: true } },
  share: {
    'edu.ko': readFileSync(join(MODULES, 'edu.ko')),
    'hostile.ko': readFileSync(join(MODULES, 'hostile.ko')),
  },
};
export const eduTest = test
  .extend<'booted', { readonly session: GuestSession; readonly snapshot: GuestSnapshot }>(
    'booted',
    { scope: 'worker' },
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture stands on
    async ({}, { onCleanup }) => {
      const session = await GuestSession.boot(WITH_EDU);
      onCleanup(() => session.dispose());
      return { session, snapshot: await session.save() };
    },
  )
  .extend('guest', async ({ booted }) => {
    await booted.session.restore(booted.snapshot);
    return booted.session;
  });
