// What a user chooses of the machine of `viommu boot` and `viommu dts`.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { viommuHere } from './support/command.ts';
import { md5 } from './support/payload.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

function inFolder(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const DISK = Uint8Array.from({ length: 3 * 512 }, (_, index) => index % 251);
const disk = inFolder('three-sectors.img', DISK);
const files = join(folder, 'files');
mkdirSync(join(files, 'left-out'), { recursive: true });
writeFileSync(join(files, 'greeting'), 'hello\n');
writeFileSync(join(files, 'left-out', 'deeper'), 'not shared\n');

describe('viommu boot with a plan', () => {
  it('boots what --print-plan has printed, with the same files and with others not', async () => {
    const own = ['--disk', disk, '--share', files, '--seed', '7', '--page-size-mask', '0x200000'];
    const printed = await viommuHere(['boot', '--memory', '96', '--print-plan'], own);
    expect([printed.status, printed.stderr]).toEqual([0, '']);
    const plan = JSON.parse(printed.stdout);
    expect(plan).toMatchObject({ version: 1, memoryMiB: 96, seed: 7 });
    expect(plan.images).toMatchObject({
      kernel: 'project',
      disk: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.keys(plan.share)).toEqual(['greeting']);

    const path = inFolder('machine.json', printed.stdout);
    const booted = await viommuHere(
      ['boot', '--json', '--quiet', '--plan', path, '--disk', disk, '--share', files],
      ['--append', 'viommu.test', '--run', 'md5sum </dev/vda', '--run', 'share-read greeting'],
      ['--run', 'cat /proc/cmdline'],
    );
    expect(booted.status, booted.stderr).toBe(0);
    const { commands, driver } = JSON.parse(booted.stdout);
    const outputs = commands.map(({ output }: { output: string }) => output);
    // Linux gives up an IOMMU that has no pages of 4 KiB
    expect(driver).toBe('started');
    expect(outputs[0]).toContain(md5(DISK));
    expect(outputs[1]).toContain('greeting');
    expect(outputs[2]).toContain(' viommu.test\n');

    const without = await viommuHere(['boot', '--plan', path, '--share', files]);
    expect(without.status).toBe(2);
    expect(without.stderr).toMatch(/^viommu: The plan is of a disk with the SHA-256 checksum/);
  });

  it.each([
    [['--plan', 'nowhere.json'], /The plan cannot be read: there is no file nowhere\.json\./],
    [
      ['--plan', inFolder('cut.json', '{"memoryMiB":')],
      /cut\.json is not JSON at line 1, column 14: /,
    ],
    [
      ['--plan', inFolder('typo.json', '{"memory":96}')],
      /has no "memory"\. Did you mean memoryMiB/,
    ],
    [['--disk', inFolder('odd.img', DISK.slice(1))], /1535 bytes, which is no multiple of 512/],
    [['--share', join(folder, 'nowhere')], /Nothing can be shared: there is no file .*nowhere\./],
    [['--share', join(files, 'left-out', 'deeper', 'x')], /there is no file .*deeper\/x\./],
    [['--resv', 'rogue:0x1000-0x1ffe:msi'], /Give whole pages: 0x1000-0x1fff\./],
  ])('refuses %j with one sentence and exit status 2', async (words, message) => {
    const { status, stderr } = await viommuHere(['boot', '--quiet', ...words]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^viommu: [^\n]*\n$/);
    expect(status).toBe(2);
  });
});

describe('viommu dts with a plan', () => {
  it('prints the machine that the plan describes', async () => {
    const plan = inFolder('no-rogue.json', '{"endpoints":{"rogue":false}}');
    const { status, stdout } = await viommuHere(['dts', '--plan', plan]);
    expect(status).toBe(0);
    expect(stdout).toContain('virtio@fd001000');
    expect(stdout).not.toContain('virtio@fd002000');
  });
});
