// `viommu boot` before any guest is booted.

import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseBootArguments } from './boot-arguments.ts';
import { bootCommand } from './boot-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-boot-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEPT = 'what somebody still needs';

async function boot(...words: readonly string[]): Promise<{ status: number; said: string }> {
  let said = '';
  const take = (text: string | Uint8Array): void => {
    said += typeof text === 'string' ? text : new TextDecoder().decode(text);
  };
  const status = await bootCommand(parseBootArguments(words), { out: take, err: take });
  return { status, said };
}

function fileOf(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, KEPT);
  return path;
}

it.each(['kernel', 'initrd', 'disk', 'plan', 'share'])(
  'does not write its trace over its --%s',
  async (name) => {
    const path = fileOf(name);
    const { status, said } = await boot(`--${name}`, path, '--trace', path);
    expect(status).toBe(2);
    expect(said).toContain(`--trace and --${name} name the same file`);
    expect(readFileSync(path, 'utf8')).toBe(KEPT);
  },
);

it.each<[string, (path: string, link: string) => void]>([
  ['a symbolic link', symlinkSync],
  ['a hard link', linkSync],
])('finds the same file behind %s', async (what, make) => {
  const path = fileOf(`linked ${what}`);
  make(path, `${path}.link`);
  const { said } = await boot('--disk', path, '--record', `${path}.link`);
  expect(said).toContain('--record and --disk name the same file');
  expect(readFileSync(path, 'utf8')).toBe(KEPT);
});

it('does not write trace and recording to one file', async () => {
  const path = join(folder, 'new');
  const { status, said } = await boot('--trace', path, '--record', path);
  expect(status).toBe(2);
  expect(said).toContain('--record and --trace name the same file');
});

it('leaves the trace of another run alone when there is nothing to boot', async () => {
  const path = fileOf('old.trace');
  const { status } = await boot('--kernel', join(folder, 'none'), '--trace', path);
  expect(status).toBe(2);
  expect(readFileSync(path, 'utf8')).toBe(KEPT);
});
