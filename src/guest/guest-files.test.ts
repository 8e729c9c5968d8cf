import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { InputError } from '../machine/images/guest-images.ts';
import { readInput } from './guest-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-guest-files-'));
const pipe = join(folder, 'pipe');
execFileSync('sh', ['-c', `mkfifo '${pipe}'`]);
afterAll(() => rmSync(folder, { recursive: true }));

it('does not read a device, which may have no end', async () => {
  const read = readInput('/dev/zero', 'plan');
  await expect(read).rejects.toThrow(InputError);
  await expect(read).rejects.toThrow(
    'The plan cannot be read: /dev/zero is a device; give a file.',
  );
});

it('reads a pipe to its end, and not one without end', async () => {
  spawn('sh', ['-c', `{ printf 12; printf 345; } >'${pipe}'`]);
  expect(new TextDecoder().decode(await readInput(pipe, 'plan'))).toBe('12345');
  spawn('sh', ['-c', `yes >'${pipe}'`]);
  await expect(readInput(pipe, 'plan', 1000)).rejects.toThrow('gives more than 1000 bytes');
});
