import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { InputError } from '../../machine/images/guest-images.ts';
import { TraceFile } from './trace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RESET = { timeMs: 1, instructions: 2, event: { kind: 'reset', sequence: 3 } } as const;
const LINE = '{"sequence":3,"timeMs":1,"kind":"reset"}\n';
/** More than any process has for its number. */
const NOBODY = 2 ** 30;

it('refuses a file that another trace is being written to, and takes it afterwards', () => {
  const path = join(folder, 'shared');
  const first = new TraceFile(path);
  first.add(RESET);
  expect(() => new TraceFile(path)).toThrow(`Another run is writing its trace to ${path}.`);
  first.close();
  expect(readFileSync(path, 'utf8')).toBe(LINE);
  const second = new TraceFile(path);
  second.close();
  expect(readFileSync(path, 'utf8')).toBe('');
  expect(existsSync(`${path}.lock`)).toBe(false);
});

it.each([
  ['of a process that has ended', `${NOBODY}\n`],
  ['without a process', ''],
])('takes no notice of a lock %s', (_what, content) => {
  const path = join(folder, 'left');
  writeFileSync(`${path}.lock`, content);
  const trace = new TraceFile(path);
  trace.add(RESET);
  trace.close();
  expect(readFileSync(path, 'utf8')).toBe(LINE);
});

it('says once that there is no room, and is closed then', () => {
  const trace = new TraceFile('/dev/full');
  trace.add(RESET);
  expect(() => trace.close()).toThrow(InputError);
  trace.add(RESET);
  trace.close();
});

it('leaves no lock where it can not write', () => {
  expect(() => new TraceFile(join(folder, 'none', 'trace'))).toThrow('can not be written');
  expect(() => new TraceFile(folder)).toThrow('can not be written');
  expect(existsSync(`${folder}.lock`)).toBe(false);
});
