import { describe, expect, it } from 'vitest';
import { hasSession, readSessionFragment, sessionFragment } from './session-link.ts';

const BYTES = Uint8Array.from({ length: 5_000 }, (_none, at) => (at * at) % 251);
const MEBIBYTE = 1 << 20;

describe('a session in a link', () => {
  it('comes out as it went in, through an address', async () => {
    const url = new URL('https://host.example/a/?at=12');
    url.hash = await sessionFragment(BYTES);
    expect(url.hash).toMatch(/^#session=[\w-]+$/);
    const { hash } = new URL(url.href);
    expect(hasSession(hash)).toBe(true);
    expect(await readSessionFragment(hash)).toEqual(BYTES);
  });

  it.each([['#console'], [''], ['#sess']])('%j holds none', (hash) => {
    expect(hasSession(hash)).toBe(false);
  });

  it('is refused in a sentence when it is cut or changed', async () => {
    const hash = `#${await sessionFragment(BYTES)}`;
    for (const damaged of [hash.slice(0, -9), '#session=', '#session=%00', `${hash}*`]) {
      await expect(readSessionFragment(damaged)).rejects.toThrow('Ask for the link again');
    }
  });

  it('is refused when it would unpack to more than a recording has', async () => {
    const hash = `#${await sessionFragment(new Uint8Array(MEBIBYTE + 1))}`;
    await expect(readSessionFragment(hash, MEBIBYTE)).rejects.toThrow('Ask for the link again');
  });
});
