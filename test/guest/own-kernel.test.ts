// Who asked, in a kernel that the project knows nothing of: it carries its symbols in itself.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadImages } from '../../src/guest/guest-files.ts';
import { viommuHere } from './support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-own-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is named by the symbols that were in the guest, in the report and in its trace', async () => {
  const { kernel } = await loadImages();
  const [file, trace] = [join(folder, 'bzImage'), join(folder, 'run.trace')];
  // One byte more makes it another kernel
  writeFileSync(file, Buffer.concat([kernel, Buffer.of(0)]));
  const booted = await viommuHere([
    'boot',
    '--kernel',
    file,
    '--trace',
    trace,
    '--report',
    '--quiet',
  ]);
  expect(booted.status).toBe(0);
  expect(booted.stdout).toMatch(/virtio-console: \d+ mappings, .*: \d+ by fill_queue/);
  const { stdout, stderr } = await viommuHere(['trace', trace, '--who', '--json']);
  // Its kallsyms have no data, by which a task is found
  expect(stdout).toContain('"task":null');
  expect(stderr).toBe('');
  const callers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const maps = callers.filter(({ events }) => events.mapped > 0);
  expect(maps.length).toBeGreaterThan(5);
  for (const { frames } of maps) {
    expect(frames.some(({ name }: { readonly name: string }) => name.includes('viommu_'))).toBe(
      true,
    );
  }
});
