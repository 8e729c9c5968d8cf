// `dma-attack` in a guest with edu: what it says, and what it must say.

import { expect } from 'vitest';
import type { GuestSession } from '../../../src/guest/testing.ts';

interface Attack {
  readonly domain: string | null;
  readonly outcome: string;
  readonly read: { readonly text: string | null };
  readonly write: { readonly after: string };
  readonly faults: readonly string[];
}

/** Runs it; a guest that it got through to has the name that it gave it. */
export async function attack(guest: GuestSession): Promise<Attack & { readonly status: number }> {
  const { output, exitCode } = await guest.run('dma-attack --json && hostname');
  const [json = '', hostName] = output.split('\n');
  const result: Attack = JSON.parse(json);
  if (exitCode === 0) expect(hostName).toBe(result.write.after);
  return { ...result, status: exitCode };
}

export const THROUGH = {
  status: 0,
  outcome: 'through',
  read: { text: expect.stringMatching(/^Linux version 6\.\d+\.\d+-viommu/) },
  write: { after: 'owned' },
  faults: [],
};

export function stoppedBy(kind: 'page' | 'domain'): object {
  return {
    status: 1,
    outcome: 'stopped',
    read: { text: null },
    write: { after: 'viommu' },
    // Out of the program's page, out of the kernel, into the page; out of the page, into the kernel
    faults: ['R', 'R', 'W', 'R', 'W'].map((mark) =>
      expect.stringMatching(new RegExp(`^${kind} fault from EP 40 at 0x\\w+ \\[${mark}\\]$`)),
    ),
  };
}
