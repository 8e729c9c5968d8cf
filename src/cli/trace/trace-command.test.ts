// `viommu trace` in the hands of somebody who is hurried, or careless.

import { appendFileSync, copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { InputError } from '../../machine/images/guest-images.ts';
import { parseTraceArguments } from './trace-arguments.ts';
import { traceCommand } from './trace-command.ts';
import { TraceFile } from './trace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-trace-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

const QEMU = 'test/support/traces/qemu-7.2.txt';
/** Events of that text. */
const EVENTS = 71;

interface Told {
  out: string;
  err: string;
}

async function trace(words: readonly string[], onOut?: (told: Told) => void): Promise<Told> {
  const told = { out: '', err: '' };
  const output = {
    out: (text: string | Uint8Array): void => {
      told.out += typeof text === 'string' ? text : new TextDecoder().decode(text);
      onOut?.(told);
    },
    err: (text: string | Uint8Array): void => {
      told.err += String(text);
    },
  };
  await traceCommand(parseTraceArguments(words), output);
  return told;
}

function copyOf(path: string, name: string): string {
  const copy = join(folder, name);
  copyFileSync(path, copy);
  return copy;
}

const lines = ({ out }: Told): number => out.split('\n').length - 1;

it.each([
  ['a folder', () => folder, 'is a directory; give a file.'],
  ['what is not there', () => join(folder, 'none'), 'there is no file'],
  ['what cannot be a file', () => `${copyOf(QEMU, 'leaf')}/x`, 'there is no file'],
])('says what to do about %s in place of a trace', async (_what, path, words) => {
  const asked = trace([path()]);
  await expect(asked).rejects.toThrow(InputError);
  await expect(asked).rejects.toThrow(words);
});

it.each([
  ['a folder', () => folder, 'is a directory; give a file.'],
  ['what is not there', () => join(folder, 'none'), 'there is no file'],
])('says what to do about %s in place of symbols', async (_what, path, words) => {
  await expect(trace([QEMU, '--symbols', path()])).rejects.toThrow(words);
});

it.each([
  ['0', 'There is no event 0 in this trace, which has those from 1 to 71.'],
  ['72', 'There is no event 72 in this trace, which has those from 1 to 71.'],
  ['1', 'Event 1 is neither a fault nor a refused request'],
])('does not explain event %s, and says why', async (sequence, words) => {
  await expect(trace([QEMU, '--explain', sequence])).rejects.toThrow(words);
  await expect(trace([QEMU, '--explain', sequence, '--json'])).rejects.toThrow(words);
});

it('does not write over the trace that it reads', async () => {
  const file = copyOf(QEMU, 'mine.txt');
  const other = join(folder, '.', 'mine.txt');
  const asked = trace([file, '--format', 'csv', '--output', other]);
  await expect(asked).rejects.toThrow('is the trace itself, which would be lost');
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(QEMU, 'utf8'));
});

it.each([
  ['in no folder', () => join(folder, 'none', 'x.csv'), 'there is no such folder. Create it'],
  ['in a file', () => join(copyOf(QEMU, 'flat'), 'x.csv'), 'its folder is a file'],
  ['that is a folder', () => folder, 'that is a folder. Give a file.'],
  ['on a full disk', () => '/dev/full', 'no space is left. Make room'],
])('says why a trace %s cannot be written', async (_where, path, words) => {
  const asked = trace([QEMU, '--format', 'csv', '--output', path()]);
  await expect(asked).rejects.toThrow(`The trace cannot be written to ${path()}: `);
  await expect(asked).rejects.toThrow(words);
});

it('does not ask for symbols of a trace that has nobody to name', async () => {
  const { err } = await trace([QEMU, '--who']);
  expect(err).toContain('does not tell who asked');
  expect(err).not.toContain('--symbols');
});

it('shows no times of a trace that has none', async () => {
  const [listed, json, csv] = await Promise.all(
    [[], ['--json'], ['--format', 'csv']].map(async (words) => (await trace([QEMU, ...words])).out),
  );
  expect(listed?.split('\n')[0]).toMatch(/^ +#1 {2}[A-Z]/);
  expect(json?.split('\n')[0]).toMatch(/^\{"sequence":1,"timeMs":null,/);
  expect(csv?.split('\r\n')[1]).toMatch(/^1,,/);
});

it('follows only what can grow', async () => {
  await expect(trace(['/dev/null', '--follow'])).rejects.toThrow('Leave --follow out.');
});

it('goes on in a frame that was half written', async () => {
  const path = join(folder, 'growing.trace');
  await trace([QEMU, '--format', 'viommu', '--output', path]);
  const bytes = readFileSync(path);
  const half = bytes.length - 5;
  truncateSync(path, half);
  const file = await TraceFile.open(path);
  const reader = await file.read(true);
  expect(reader.record?.count).toBe(0);
  appendFileSync(path, bytes.subarray(half));
  const followed = file.follow(reader, () => rmSync(path));
  await expect(followed).rejects.toThrow('was removed');
  expect(reader.record?.count).toBe(EVENTS);
  expect(reader.remarks.join(' ')).not.toContain('damaged');
  await file.close();
});

it.each<[string, (file: string) => void, string]>([
  ['cut', (file) => truncateSync(file, 100), 'somebody has begun it anew. Run this command again'],
  ['removed', (file) => rmSync(file), 'was removed or is another file now'],
  [
    'moved away for another',
    (file) => {
      renameSync(file, `${file}.1`);
      writeFileSync(file, 'virtio_iommu_map');
    },
    'was removed or is another file now',
  ],
])('ends to follow a file that is %s', async (what, change, words) => {
  const file = copyOf(QEMU, `${what.slice(0, 3)}.txt`);
  const followed = trace([file, '--follow'], (told) => {
    if (lines(told) === EVENTS) change(file);
  });
  await expect(followed).rejects.toThrow(words);
});

it('follows what is added', async () => {
  const file = copyOf(QEMU, 'more.txt');
  const more =
    'virtio_iommu_map domain=1 virt_start=0x1000 virt_end=0x1fff phys_start=0x0 flags=3\n';
  let last = '';
  const followed = trace([file, '--follow'], (told) => {
    if (lines(told) === EVENTS) appendFileSync(file, more);
    last = told.out.trimEnd().split('\n').at(-1) ?? '';
    if (lines(told) === EVENTS + 1) rmSync(file);
  });
  await expect(followed).rejects.toThrow('was removed');
  expect(last).toMatch(/#72 {2}MAP {5}domain 1 {2}0x1000 to 0x1fff/);
});
