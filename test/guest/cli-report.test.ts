// What `viommu boot` reports, however a run ends.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/guest/package-root.ts';
import { reportOf, runAt, viommu, viommuHere } from './support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ENDLESS = 'echo begun; cat /dev/ttyS0';

/** Sends a signal to a boot that has printed `text`. Gives what its trace tells of, line by line; each is JSON. */
async function stopped(signal: NodeJS.Signals, text: string, words: readonly string[]) {
  const trace = join(folder, `${signal}.jsonl`);
  let isSent = false;
  const ended = await runAt(
    packageRoot(),
    ['boot', '--json', '--trace', trace, ...words],
    (stderr, child) => {
      if (!isSent && stderr.includes(text)) isSent = child.kill(signal);
    },
  );
  const lines = readFileSync(trace, 'utf8').trimEnd().split('\n');
  return { ended, kinds: lines.map((line): unknown => JSON.parse(line).kind) };
}

describe('viommu boot', () => {
  it('is ended by SIGINT amid a command with a report and a whole trace', async () => {
    const { ended, kinds } = await stopped('SIGINT', '\nbegun\n', ['--run', ENDLESS]);
    expect(ended.status).toBe(130);
    const report = reportOf(ended);
    expect(report).toMatchObject({ ok: false, seconds: expect.any(Number) });
    expect(report['failure']).toEqual({
      kind: 'interrupted',
      message: 'Stopped by SIGINT.',
      command: ENDLESS,
      output: 'begun\n',
    });
    expect(kinds).toContain('mapped');
  });

  it('is ended by SIGTERM amid its boot with a report and a whole trace', async () => {
    const { ended, kinds } = await stopped('SIGTERM', '] Linux version', []);
    expect(ended.status).toBe(143);
    const report = reportOf(ended);
    expect(report).toMatchObject({ ok: false, seconds: null, commands: [] });
    expect(report['failure']).toMatchObject({
      kind: 'interrupted',
      message: 'Stopped by SIGTERM.',
    });
    expect(kinds).toContain('console');
  });

  it('tells of a guest that restarted while a command ran, with the times of both starts', async () => {
    const ended = await viommuHere(['boot', '--json', '--quiet', '--run', 'echo bye; reboot -f']);
    const report = reportOf(ended);
    expect(ended.status).toBe(1);
    expect(report['failure']).toMatchObject({ kind: 'power-cycled', output: 'bye\n' });
    expect(report['seconds']).toBeGreaterThan(0.1);
    expect(report['ranSeconds']).toBeGreaterThan(Number(report['seconds']));
  });

  it('lets colours of the guest through, and no question to the terminal', async () => {
    const command = String.raw`printf '\033[31mred\033[0m\033[6n\033]11;?\007\n'`;
    const { status, stdout } = await viommuHere(['boot', '--offer', 'none', '--run', command]);
    expect(stdout).toContain('\n\u001b[31mred\u001b[0m\n');
    // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
    expect(stdout).not.toMatch(/\u001b(?:\[\??6n|\])/);
    // And that an IOMMU that offers nothing is left alone
    expect([status, stdout]).toEqual([0, expect.stringMatching(/\nNo driver took the IOMMU/)]);
  });

  it('says once that a trace has no room', async () => {
    const { status, stderr } = await viommu(['boot', '--quiet', '--trace', '/dev/full']);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^viommu: The trace cannot be written to \/dev\/full: no space is left[^\n]*\n$/,
    );
  });

  it('refuses a trace that another run is writing', async () => {
    const trace = join(folder, 'taken');
    writeFileSync(`${trace}.lock`, `${process.pid}\n`);
    const ended = await viommuHere(['boot', '--json', '--trace', trace]);
    expect([ended.status, reportOf(ended)['failure']]).toEqual([
      2,
      expect.objectContaining({ kind: 'input' }),
    ]);
    expect(ended.stderr).toMatch(/^viommu: Another run is writing its trace to [^\n]*\n$/);
  });
});
