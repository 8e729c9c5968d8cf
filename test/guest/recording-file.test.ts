// A run is recorded, and brought about again from the file.

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuestSession } from '../../src/guest/guest-session.ts';
import { decodeRecording } from '../../src/machine/recording/recording-file.ts';
import { recordingOf } from '../../src/machine/recording/recorder.ts';
import { schemaProblems } from '../support/json-schema.ts';
import { viommuHere } from './support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-recording-'));
const FILE = join(folder, 'run.viommu');
const RESULT_SCHEMA: unknown = JSON.parse(
  readFileSync('src/cli/replay/replay-result.schema.json', 'utf8'),
);
afterAll(() => rmSync(folder, { recursive: true }));

/** The line of JSON at the end of standard output. */
function lastLine(text: string): unknown {
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
}

describe('viommu boot --record and viommu replay', () => {
  let report: unknown;
  beforeAll(async () => {
    const { stdout, status } = await viommuHere(
      ['boot', '--quiet', '--json', '--record', FILE],
      ['--run', 'disk-read virtio', '--rogue', 'rogue:0xdead0000:write', '--run', 'sleep 20'],
    );
    expect(status).toBe(0);
    report = lastLine(stdout);
  });

  it('bring the run about again, to the byte', async () => {
    const { stdout, status } = await viommuHere(['replay', FILE, '--quiet', '--json']);
    expect(status).toBe(0);
    const { digest, instructions } = Object(report);
    expect(lastLine(stdout)).toMatchObject({
      identical: true,
      digest,
      instructions,
      firstDifference: null,
    });
    expect(readFileSync(FILE).length).toBeLessThan(8192);
  });

  it('stop where they are told to, and go on from there', async () => {
    const { stdout, status } = await viommuHere([
      'replay',
      FILE,
      '--quiet',
      '--until',
      '200',
      '--run',
      'cat /proc/uptime',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /Identical up to event 20\d of \d+, .*\n\n\$ cat \/proc\/uptime\n1\.\d\d /,
    );
  });

  it('tell the first event that is not as it was recorded', async () => {
    const { head, end, ...progress } = decodeRecording(readFileSync(FILE));
    const other = join(folder, 'other.viommu');
    const marks = progress.marks.slice();
    marks[59] = (marks[59] ?? 0) + 1;
    if (end === undefined) throw new Error('the recording has no end');
    writeFileSync(other, recordingOf(head.plan, { ...progress, marks }, end));
    const { stdout, status } = await viommuHere(['replay', other, '--quiet', '--json']);
    expect(status).toBe(1);
    expect(lastLine(stdout)).toMatchObject({ identical: false, firstDifference: 60 });
  });

  it('say that a file was cut short, and bring about what is whole', async () => {
    const cut = join(folder, 'cut.viommu');
    writeFileSync(cut, readFileSync(FILE));
    truncateSync(cut, readFileSync(FILE).length - 40);
    const { stdout, stderr, status } = await viommuHere(['replay', cut, '--quiet']);
    expect(stderr).toMatch(/^viommu: The recording is cut short or damaged after event \d+: .*\n$/);
    expect(stdout).toMatch(/Identical: \d+ events/);
    expect(status).toBe(0);
  });

  it.each([
    [['replay'], /Which recording\?/],
    [['replay', 'package.json'], /This file is no recording of viommu/],
    [['replay', join(folder, 'none')], /The recording cannot be read: there is no file/],
    [['replay', FILE, '--last-write', 'x'], /--last-write takes a guest-physical address/],
    [['replay', FILE, '--disk', 'guest-images/bzImage'], /The plan is of a disk|size/],
    [['boot', '--record', join(folder, 'no', 'such')], /The recording cannot be written/],
    [['boot', '--clock', 'host', '--record', FILE + '2'], /on the host’s clock/],
  ])('%j is refused in words', async (words, message) => {
    const { stderr, status } = await viommuHere(words);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});

it('viommu replay tells which device has written last to a page of RAM', async () => {
  const file = join(folder, 'astray.viommu');
  const { status } = await viommuHere(
    ['boot', '--quiet', '--iommu', 'off', '--record', file],
    // To the kernel's first line: every search goes the whole way again
    ['--until', 'Linux version', '--rogue', 'rogue:0x7000ffe:write'],
  );
  expect(status).toBe(0);
  const words = ['replay', file, '--quiet', '--json', '--last-write', '0x7000123'];
  const { stdout, stderr } = await viommuHere(words);
  const line = lastLine(stdout);
  expect(schemaProblems(RESULT_SCHEMA, line)).toEqual([]);
  const [gpa, name] = ['0x7000ffe', 'rogue'];
  expect(line).toMatchObject({ identical: true, lastWrite: { name, iova: gpa, gpa, length: 2 } });
  expect(stderr).toMatch(/The last DMA to page 0x7000000: rogue wrote 2 bytes at 0x7000ffe after/);
});

it('a branch from the past can be recorded and brought about again', async () => {
  const guest = await GuestSession.start({ checkpointBytes: 48 << 20 });
  const { sequence } = guest.past.place;
  await guest.run('head -c 65536 /dev/vda >/dev/null');
  await guest.past.goTo(sequence + 2);
  guest.start();
  await guest.giveFile('late', 'given to the branch');
  expect((await guest.run('share-read late')).output).toContain('  late  19');
  const recording = guest.past.recording();
  const digest = guest.digest();
  await guest.dispose();
  const again = await GuestSession.create({ plan: decodeRecording(recording).head.plan });
  await expect(again.past.replay(recording)).resolves.toMatchObject({ identical: true });
  expect(again.digest()).toEqual(digest);
  await expect(again.past.replay(recording)).rejects.toThrow(/This machine has run already/);
  await again.dispose();
});

it('what is typed during a replay waits until the guest goes on', async () => {
  const guest = await GuestSession.create();
  guest.start();
  await guest.waitFor('Linux version');
  await guest.powerCycle();
  await guest.run('true');
  const recording = guest.past.recording();
  await guest.dispose();
  let pieces = 0;
  const again = await GuestSession.create({
    plan: decodeRecording(recording).head.plan,
    onConsole: () => {
      pieces += 1;
      if (pieces === 10) again.type('echo later$((6*7))\n');
    },
  });
  await expect(again.past.replay(recording)).resolves.toMatchObject({ identical: true });
  expect(pieces).toBeGreaterThan(10);
  again.start();
  await again.waitFor('later42');
  await again.dispose();
});
