// Modules for the guest's kernel: those that are committed fit it, and what cannot be built is refused in words.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const IMAGES = join(import.meta.dirname, '../../guest-images');
const folder = mkdtempSync(join(tmpdir(), 'viommu-module-'));
afterAll(() => rmSync(folder, { recursive: true }));

function image(name: string): Buffer {
  return readFileSync(join(IMAGES, name));
}

describe('each committed module', () => {
  const [, vermagic = ''] = /^vermagic (.*)$/m.exec(image('modules/kernel.txt').toString()) ?? [];

  it('is for the kernel that is committed beside it', () => {
    const kernel = image('bzImage');
    // Linux/x86 boot protocol: where the version is, from the second sector on
    const version = kernel.subarray(kernel.readUInt16LE(0x20e) + 0x200);
    expect(vermagic).toMatch(/^6\.\d+\.\d+-viommu mod_unload 686$/);
    expect(version.toString('latin1', 0, 80)).toContain(`${vermagic.split(' ')[0] ?? ''} (`);
    for (const name of ['edu', 'hostile']) {
      expect(image(`modules/${name}.ko`).includes(`vermagic=${vermagic}`), name).toBe(true);
    }
  });

  it.each(
    image('SHA256SUMS')
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split('  ')),
  )('has the checksum %s of %s', (sum, name = '') => {
    expect(createHash('sha256').update(image(name)).digest('hex')).toBe(sum);
  });
});

describe('npm run guest:module', () => {
  writeFileSync(join(folder, 'notes.txt'), '');
  writeFileSync(join(folder, 'my driver.c'), '');

  it.each([
    ['', 'name a C file: npm run guest:module -- FILE.c [--out DIR]'],
    ['none.c', 'there is no file none.c'],
    ['.', '. is not a file: name the C file in it'],
    ['notes.txt', 'notes.txt is not a C file: its name has to end in .c'],
    [
      'my driver.c',
      "my driver.c: a module's name has only letters, digits, - and _: rename the file",
    ],
    ['--out', '--out needs a folder: npm run guest:module -- FILE.c [--out DIR]'],
    ['--fast', 'there is no option --fast: npm run guest:module -- FILE.c [--out DIR]'],
  ])('refuses "%s"', (argument, message) => {
    const { status, stderr } = spawnSync(
      join(IMAGES, 'module.sh'),
      argument === '' ? [] : [argument],
      { env: { ...process.env, INIT_CWD: folder }, encoding: 'utf8' },
    );
    expect(stderr).toBe(`guest:module: ${message}\n`);
    expect(status).toBe(1);
  });
});
