// The `viommu` command as a user runs it: a process, its output, its exit status.

import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadImages } from '../../src/guest/guest-files.ts';
import { packageRoot } from '../../src/guest/package-root.ts';
import { COMMAND, reportOf, runAt, viommu, viommuHere } from './support/command.ts';
import { md5 } from './support/payload.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function inFolder(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const { kernel, disk } = await loadImages();
const VIRTIO_LINE = `${md5(disk)}  /dev/vda  ${disk.length}\n`;
const DISK_LINES = `${VIRTIO_LINE}${md5(disk)}  /dev/sda  ${disk.length}\n`;

describe('viommu boot', () => {
  it('reports a boot, its commands and one rogue fault as one line of JSON', async () => {
    const trace = join(folder, 'trace.jsonl');
    const { status, stdout } = await viommu(
      ['boot', '--json', '--quiet', '--trace', trace],
      ['--run', 'disk-read', '--run', 'net-ping 1', '--run', 'share-read'],
      ['--rogue', 'rogue:0xdead0000:write', '--run', 'dmesg | grep "fault from EP"'],
    );
    const report = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^[^\n]*\n$/);
    expect(reportOf({ status, stdout, stderr: '' })).toMatchObject({ version: 1, failure: null });
    expect(report).toMatchObject({ ok: true, faults: 1, dma: { bypassed: 0, blocked: 1 } });
    expect(report.requests.attach).toBeGreaterThanOrEqual(5);
    expect(report.requests.map).toBeGreaterThan(100);
    expect(report.dma.translated).toBeGreaterThan(100);
    expect(report.domains[0]).toEqual({
      id: expect.any(Number),
      bypass: false,
      endpoints: [expect.any(Number)],
      mappings: expect.any(Number),
      bytes: expect.any(Number),
    });
    expect(report.commands[0]).toEqual({ command: 'disk-read', exitCode: 0, output: DISK_LINES });
    expect(report.commands[3].output).toMatch(
      /^\[.*page fault from EP 4098 at 0xdead0000 \[W\]\n$/,
    );
    const lines = readFileSync(trace, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const events = lines.filter((line) => 'sequence' in line);
    expect(lines.find(({ kind }) => kind === 'console')).toMatchObject({
      after: 0,
      line: expect.any(String),
    });
    expect(events.map(({ sequence }) => sequence)).toEqual(
      events.map((_event, index) => index + 1),
    );
    expect(events.filter(({ kind }) => kind === 'mapped')).toHaveLength(report.requests.map);
    expect(events.filter(({ kind }) => kind === 'faulted')).toEqual([
      expect.objectContaining({ endpoint: 4098, address: '0xdead0000' }),
    ]);
  });

  it('without an IOMMU runs commands, shows the console and a summary', async () => {
    const { status, stdout, stderr } = await viommuHere(
      ['boot', '--iommu', 'off'],
      ['--run', 'disk-read virtio', '--run', 'net-ping 1', '--run', 'share-read'],
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Linux version 6.12');
    expect(stdout).toContain(`\n$ disk-read virtio\n${VIRTIO_LINE}`);
    expect(stdout).toContain('0% packet loss');
    expect(stdout).toMatch(/Done: the prompt came after [\d.]+ s; 3 commands, 0 failed\./);
  });

  it('boots with the device that its options describe', async () => {
    const { status, stdout } = await viommuHere(
      ['boot', '--json', '--input-range', '0:0x0fffffff', '--append', 'memmap=4K$0x7000000'],
      ['--offer', 'input-range,map-unmap,probe', '--identity-policy', 'per-endpoint'],
      ['--resv', 'rogue:0x7000000-0x7000fff:identity:r', '--rogue', 'rogue:0x7000000:read'],
      ['--rogue', 'rogue:0x7000000:write', '--run', 'dmesg | grep -e "input addr" -e "fault from"'],
    );
    const report = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(report).toMatchObject({ ok: true, faults: 1, dma: { bypassed: 0, blocked: 1 } });
    expect(report.commands[0].output).toMatch(
      /input address: 28 bits\n.*page fault from EP 4098 at 0x7000000 \[W\]\n$/,
    );
  });

  it('fails when a command fails, and still does the next one', async () => {
    const { status, stdout, stderr } = await viommuHere(
      ['boot', '--json', '--iommu=off', '--until', 'Run /init', '--append', 'quiet loglevel=7'],
      ['--run', 'exit 3', '--run', 'cat /proc/cmdline'],
    );
    const report = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(report).toMatchObject({ ok: false, requests: { attach: 0 }, domains: [] });
    expect(report.commands[0]).toEqual({ command: 'exit 3', exitCode: 3, output: '' });
    expect(report.commands[1].output).toContain('loglevel=7');
    expect(stderr).toContain('Linux version');
  });

  it('stops at its timeout, whatever the guest does, and says so', async () => {
    const { status, stdout, stderr } = await viommu([
      'boot',
      '--json',
      '--quiet',
      '--timeout',
      '0.5',
      '--until',
      'never',
    ]);
    expect([status, stderr]).toEqual([1, 'viommu: Stopped after 0.5 s, as --timeout asks for.\n']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, commands: [] });
  });

  it('ends at once with the kernel’s words when the kernel panics', async () => {
    const { status, stderr } = await viommuHere([
      'boot',
      '--quiet',
      '--append',
      'rdinit=/nowhere',
      '--iommu',
      'off',
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^viommu: Waited for a shell prompt on the console, but .* panicked: /);
  });
});

const HALF = kernel.slice(0, kernel.length >> 1);

describe('bad input', () => {
  it.each([
    [
      'a file that is no kernel',
      ['--kernel', join(packageRoot(), COMMAND)],
      'The kernel is not a Linux bzImage',
    ],
    ['a truncated kernel', ['--kernel', inFolder('half', HALF)], 'The kernel is truncated'],
    ['a missing file', ['--kernel', join(folder, 'none')], 'there is no file'],
    ['a directory', ['--initrd', folder], 'is a directory'],
    [
      'a damaged initrd',
      ['--initrd', inFolder('bad.gz', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]))],
      'The initrd is a gzip file that is damaged',
    ],
    [
      'an initrd that is too large',
      ['--initrd', inFolder('large', new Uint8Array(80 << 20))],
      'too large for 128 MiB',
    ],
    ['an empty initrd', ['--initrd', inFolder('empty', '')], 'The initrd is empty'],
    ['memory that is no number', ['--memory', 'abc'], 'not "abc"'],
    ['a trace that cannot be written', ['--trace', join(folder, 'no', 't')], 'cannot be written'],
    [
      'a reserved region that PROBE has no room for',
      ['--probe-size', '24', '--resv', 'rogue:0-0xfff:reserved'],
      'do not fit into the 24 of probeSize',
    ],
    ['an endless command line', ['--append', 'x'.repeat(5000)], 'command line has'],
  ])('%s gets one sentence and status 2', async (_name, words, message) => {
    const { status, stdout, stderr } = await viommuHere(['boot'], words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^viommu: [^\n]*\n$/);
  });

  it('ends with a line of JSON even so when --json asks for one', async () => {
    const { status, stdout } = await viommuHere([
      'boot',
      '--json',
      '--kernel',
      join(packageRoot(), COMMAND),
    ]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, seconds: null, commands: [] });
  });

  it.each([
    [['bot'], 2, /^$/, /^viommu: There is no command bot\. Did you mean boot\?/],
    [[], 2, /^$/, /^viommu - [^]*Usage:/],
    [['--help'], 0, /^viommu - [^]*Usage:/, /^$/],
    [['boot', '--help'], 0, /--until REGEX/, /^$/],
    [['dts', '--help'], 0, /^Usage: viommu dts/, /^$/],
    [['dts'], 0, /^\/dts-v1\/;[^]*viommu: iommu@fd000000 \{[^]*\};\n$/, /^$/],
    [['dts', '--iommu', 'pci'], 0, /viommu: iommu@3,0 \{/, /^$/],
    [['dts', '--iommu', 'off'], 2, /^$/, /^viommu: --iommu takes mmio or pci, not "off"/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
  ])('viommu %j ends with status %i', async (words, expected, out, err) => {
    const { status, stdout, stderr } = await viommuHere(words);
    expect(status).toBe(expected);
    expect(stdout).toMatch(out);
    expect(stderr).toMatch(err);
  });
});

/** A copy of the project that is built, for a test to damage. */
function copyOfProject(name: string): string {
  const root = join(folder, name);
  const parts = ['package.json', 'dist/src', 'dist/wasm', 'dist/guest-images', 'wasm/build'];
  for (const part of [...parts, 'guest-images']) {
    cpSync(join(packageRoot(), part), join(root, part), { recursive: true });
  }
  symlinkSync(join(packageRoot(), 'node_modules'), join(root, 'node_modules'));
  return root;
}

describe('a project that is not whole', () => {
  it.each([
    [
      'a changed image',
      (root: string) => {
        const path = join(root, 'guest-images', 'bzImage');
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] ?? 0);
        writeFileSync(path, bytes);
      },
      'bzImage does not match its checksum',
    ],
    [
      'an image cut short',
      (root: string) => truncateSync(join(root, 'guest-images', 'bzImage'), 1 << 20),
      'bzImage holds 1048576 bytes and should hold',
    ],
    [
      'a missing image',
      (root: string) => rmSync(join(root, 'guest-images', 'seabios.bin')),
      'guest-images/seabios.bin is missing',
    ],
    [
      'no mapping store',
      (root: string) => rmSync(join(root, 'wasm', 'build', 'store.wasm')),
      'Build it with "npm run build:wasm"',
    ],
  ])('says what is wrong: %s', async (name, damage, message) => {
    const root = copyOfProject(name);
    damage(root);
    const { status, stdout, stderr } = await runAt(root, ['boot']);
    expect(status).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^viommu: [^\n]*\n$/);
  });
});
