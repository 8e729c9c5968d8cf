// `viommu trace` on what a real guest did.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromeFlaws } from '../support/chrome-rules.ts';
import { reportOf, viommuHere } from './support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'viommu-cli-trace-'));
const trace = join(folder, 'run.trace');
afterAll(() => rmSync(folder, { recursive: true }));

describe('viommu trace', () => {
  let report: Record<string, unknown> = {};
  let findings = '';

  const RUN = ['boot', '--json', '--rogue', 'rogue:0xdead0000:write', '--run', 'disk-read virtio'];

  beforeAll(async () => {
    const ended = await viommuHere(RUN, ['--trace', trace, '--report']);
    report = reportOf(ended);
    findings = ended.stderr;
  });

  it('is of a run that is the same without it, by its report and digest', async () => {
    const second = reportOf(await viommuHere(RUN, ['--quiet']));
    expect(report['digest']).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toEqual(report);
    expect(report).toMatchObject({ version: 1, driver: 'attached', faults: 1 });
    const what = { endpoint: 4098, name: 'rogue', address: '0xdead0000', access: 'write' };
    expect(report['faultList']).toMatchObject([{ ...what, reason: 'mapping' }]);
    expect(report['rogue']).toMatchObject([{ ...what, outcome: 'blocked' }]);
    expect(report['endpoints']).toContainEqual(
      expect.objectContaining({ id: 80, name: 'virtio-net', mode: 'attached', blocked: 0 }),
    );
  });

  it('has a run end with what is mapped, by whom, and what was refused', () => {
    expect(findings).toMatch(
      /Mapped at the end:\n(?: {2}.*\n)* {2}virtio-console: 90 mappings, 360 KiB: \d+ by fill_queue\S* \(kworker\S*\)/,
    );
    expect(findings).toMatch(
      /Mapped when the guest was up: \d+; at the end: \d+; most meanwhile: \d+\./,
    );
    expect(findings).toContain('rogue tried to write 4 bytes of data at 0xdead0000');
  });

  it('counts what the boot counted', async () => {
    const { stdout, status } = await viommuHere(['trace', trace, '--stats', '--json']);
    expect(status).toBe(0);
    const { attach, detach, map, unmap, probe, faults } = JSON.parse(stdout);
    expect({ requests: { attach, detach, map, unmap, probe }, faults }).toMatchObject({
      requests: report['requests'],
      faults: report['faults'],
    });
  });

  it('lists what the guest printed among the events, and counters with the state', async () => {
    const all = (await viommuHere(['trace', trace])).stdout;
    expect(all).toMatch(/CONSOLE .*Linux version .*\n(?:.*\n)* +#1 /);
    expect(all).toMatch(/NOTIFY {2}virtio-blk, queue 0.* by .*pid \d+/);
    expect(all).toMatch(
      /ACCESS {2}by hand: rogue write of 4 bytes at 0xdead0000: blocked \(#\d+\)/,
    );
    const { stdout } = await viommuHere(['trace', trace, '--no-marks']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .filter((line) => !/^ +#\d+ /.test(line)),
    ).toEqual([]);
    const state = await viommuHere(['trace', trace, '--at', '200']);
    expect(state.stdout).toMatch(
      /read after event #\d+ at [\d.]+ s:\n(?:.*\n)* {2}virtio-\w+: \d+/,
    );
  });

  it('explains the fault', async () => {
    const { stdout } = await viommuHere(['trace', trace, '--explain', 'all', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      cause: 'never-mapped',
      sentence: expect.stringContaining('rogue tried to write 4 bytes of data at 0xdead0000'),
      clause: 'virtio 1.2, 5.13.6.9',
    });
  });

  it('names who made what a fault rests on, by the functions of the guest’s kernel', async () => {
    const named = await viommuHere(['trace', trace, '--who', '--json']);
    const callers = named.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const maps = callers.filter(({ events }) => events.mapped > 0);
    expect(maps.length).toBeGreaterThan(5);
    for (const { task, frames } of maps) {
      expect(task.comm).toMatch(/^[!-~]+$/);
      expect(frames.some(({ name }: { readonly name: string }) => name.includes('viommu_'))).toBe(
        true,
      );
    }
    const filter = 'kind == map && by("virtblk_add_req")';
    const { stdout } = await viommuHere(['trace', trace, '--filter', filter]);
    expect(stdout.split('\n').length).toBeGreaterThan(10);
  });

  it('says so when symbols are none', async () => {
    const { status, stderr } = await viommuHere(['trace', trace, '--who', '--symbols', trace]);
    expect(status).toBe(2);
    expect(stderr).toContain('is no symbol. Give the file System.map');
  });

  it('tells the state at the end as the guest’s device did', async () => {
    const { events } = JSON.parse((await viommuHere(['trace', trace, '--stats', '--json'])).stdout);
    const { stdout } = await viommuHere(['trace', trace, '--at', String(events), '--json']);
    const { domains } = JSON.parse(stdout);
    const own = domains.map(
      ({ id, isBypass: bypass, endpoints, mappings }: Record<string, unknown>) => ({
        id,
        bypass,
        endpoints,
        mappings,
      }),
    );
    expect(report['domains']).toMatchObject(own);
  });

  it('writes JSON lines that tell the same, and its own format again', async () => {
    const lines = join(folder, 'run.jsonl');
    const again = join(folder, 'again.trace');
    await viommuHere(['trace', trace, '--format', 'jsonl', '--output', lines]);
    await viommuHere(['trace', trace, '--format', 'viommu', '--output', again]);
    const listed = await viommuHere(['trace', trace, '--json']);
    expect(readFileSync(lines, 'utf8')).toBe(listed.stdout);
    for (const file of [lines, again]) {
      expect((await viommuHere(['trace', file, '--json'])).stdout).toBe(listed.stdout);
    }
  });

  it('writes what viewers show, and refuses to read that back', async () => {
    const file = join(folder, 'run.json');
    const { status, stderr } = await viommuHere([
      'trace',
      trace,
      '--format',
      'chrome',
      '--output',
      file,
    ]);
    expect(status).toBe(0);
    expect(stderr).toContain('How long a request took is not in the record');
    expect(chromeFlaws(readFileSync(file, 'utf8'))).toEqual([]);
    const again = await viommuHere(['trace', file]);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('open it in Perfetto');
  });

  it.each([
    ['nothing', '', 'The file is empty.'],
    ['a shell script', '#!/bin/sh\n', 'This is no trace that viommu can read.'],
    ['JSON of something else', '{"sequence":1,"timeMs":1,"kind":"x"}\n', 'no kind of event "x"'],
  ])('refuses %s in words', async (_what, content, words) => {
    const file = join(folder, 'other');
    writeFileSync(file, content);
    const { status, stderr } = await viommuHere(['trace', file]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  it('reads what is whole of a trace that was cut short, and says so', async () => {
    const cut = join(folder, 'cut.trace');
    writeFileSync(cut, readFileSync(trace).subarray(0, -100));
    const { status, stderr } = await viommuHere(['trace', cut]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/cut short or damaged after event \d+/);
  });
});
