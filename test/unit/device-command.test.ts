// `viommu device` as a script sees it: a process and its pipes.

import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { mapRequest } from '../rigs/iommu-requests.ts';
import { buildCommand } from '../support/build-command.ts';
import { DeviceProcess } from '../support/device-process.ts';

/** A net under everything here: the machine may be busy, and the build takes its time. */
const PATIENCE_MS = 120_000;

beforeAll(buildCommand, PATIENCE_MS);

const MAX_LINE_BYTES = 8 << 20;
const ATTACH = '{"op":"request","bytes":"0100000001000000080000000000000000000000","writable":4}\n';
const OK = { used: 4, bytes: '00000000' };

/** A MAP of the page with this number, as a line. */
function mapPage(number: number): string {
  const virtStart = BigInt(number) << 12n;
  const fields = { virtStart, virtEnd: virtStart + 0xfffn, physStart: virtStart, flags: 3 };
  const bytes = Buffer.from(mapRequest(1, fields)).toString('hex');
  return `${JSON.stringify({ op: 'request', bytes, writable: 4 })}\n`;
}

describe('viommu device', { timeout: PATIENCE_MS }, () => {
  it('answers each line before the next one comes', async () => {
    const device = new DeviceProcess(['--event-buffers', '1']);
    const dma = { op: 'dma', endpoint: 8, address: '0x5010', length: 8, access: 'read' };
    device.write(ATTACH);
    expect(await device.read()).toEqual(OK);
    expect(await device.ask(dma)).toMatchObject({ fault: { reason: 2, address: '0x5010' } });
    expect(await device.ask({ op: 'event', length: 24 })).toEqual({
      bytes: '020000000101000008000000000000001050000000000000',
    });
    device.write(mapPage(5));
    expect(await device.read()).toEqual(OK);
    expect(await device.ask(dma)).toEqual({ segments: [{ address: '0x5010', length: 8 }] });
    expect(await device.end()).toEqual({ status: 0, stderr: '' });
  });

  it('answers a line that comes byte by byte, and the last one without its line feed', async () => {
    const device = new DeviceProcess();
    for (const byte of Buffer.from('{"op":"reset"}\n')) device.write(Uint8Array.of(byte));
    expect(await device.read()).toEqual({ ok: true });
    device.write('{"op":"system-reset"}');
    const ended = device.end();
    expect(await device.readAll()).toEqual([{ ok: true }]);
    expect(await ended).toEqual({ status: 0, stderr: '' });
  });

  it('answers thousands of lines in order, to a script that reads only after it has written', async () => {
    const COUNT = 20_000;
    const device = new DeviceProcess();
    const lines = Array.from({ length: COUNT }, (_, page) => {
      const dma = { op: 'dma', endpoint: 8, address: page << 12, length: 1, access: 'read' };
      return `${mapPage(page)}${JSON.stringify(dma)}\n`;
    });
    const written = new Promise((resolve) => {
      device.child.stdin.end(`${ATTACH}${lines.join('')}`, () => resolve(undefined));
    });
    await written;
    const [attached, ...answers] = await device.readAll();
    expect(attached).toEqual(OK);
    expect(answers).toEqual(
      Array.from({ length: COUNT }, (_, page) => [
        OK,
        { segments: [{ address: `0x${(page << 12).toString(16)}`, length: 1 }] },
      ]).flat(),
    );
    expect(await device.ended).toEqual({ status: 0, stderr: '' });
  });

  it('answers malformed lines with an error, one for each, and goes on', async () => {
    const device = new DeviceProcess();
    const malformed = ['', '{', '[]', 'null', '{"op":"reqest"}', '\u0000', '"\ud800"'];
    device.write(malformed.map((line) => `${line}\n`).join(''));
    device.write(Uint8Array.of(0xff, 0xfe, 0x0a));
    device.write(ATTACH);
    const ended = device.end();
    const answers = await device.readAll();
    expect(answers).toEqual([
      ...Array.from({ length: malformed.length + 1 }, () => ({ error: expect.any(String) })),
      OK,
    ]);
    expect(await ended).toEqual({ status: 0, stderr: '' });
  });

  it('skips a line that is too long, answers it, and goes on', async () => {
    const device = new DeviceProcess();
    device.write(`${' '.repeat(2 * MAX_LINE_BYTES)}\n${ATTACH}`);
    expect(await device.read()).toEqual({ error: expect.stringContaining('longer than') });
    expect(await device.read()).toEqual(OK);
    expect(await device.end()).toEqual({ status: 0, stderr: '' });
  });

  it('ends without a word when nobody reads it any more', async () => {
    const device = new DeviceProcess();
    expect(await device.ask({ op: 'config' })).toHaveProperty('bytes');
    device.child.stdout.destroy();
    device.child.stdin.on('error', () => undefined);
    device.write(ATTACH.repeat(1000));
    expect(await device.ended).toMatchObject({ stderr: '' });
  });

  it.each([
    [['--offer', 'bypass,bypass-config'], /^viommu: --offer takes bypass or bypass-config, .*\n$/],
    [
      ['--probe-size', '8', '--resv', '8:0-1:msi'],
      /^viommu: --resv of endpoint 8: .* take 24 .*\n$/,
    ],
    [['--ofer', 'probe'], /^viommu: There is no option --ofer. Did you mean --offer\?.*\n$/],
  ])('refuses %j in a sentence', async (words, sentence) => {
    const device = new DeviceProcess(words);
    expect(await device.readAll()).toEqual([]);
    const { status, stderr } = await device.ended;
    expect(status).toBe(2);
    expect(stderr).toMatch(sentence);
  });

  it('names every option and operation in its help', async () => {
    const device = new DeviceProcess(['--help']);
    const text = await new Promise<string>((resolve) => {
      let output = '';
      device.child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      device.child.stdout.on('end', () => resolve(output));
    });
    const options =
      'page-size-mask input-range domain-range endpoints offer accept probe-size boot-bypass resv ' +
      'identity-policy dialect ring memory event-buffers max-domains max-mappings help';
    for (const name of options.split(' ')) expect(text).toContain(`--${name} `);
    const ops = 'request dma event config config-write reset system-reset state';
    for (const op of ops.split(' ')) expect(text).toContain(`"op":"${op}"`);
    expect((await device.ended).status).toBe(0);
  });
});

it.each([['--help'], ['dts']])('viommu %s says why its output cannot be written', (command) => {
  const stdio = ['ignore' as const, openSync('/dev/full', 'w'), 'pipe' as const];
  const words = ['dist/src/cli/viommu.js', command];
  const { status, stderr } = spawnSync(process.execPath, words, { stdio, encoding: 'utf8' });
  expect(stderr).toBe(
    'viommu: The output cannot be written to standard output: no space is left. Make room, or give a file on another disk.\n',
  );
  expect(status).toBe(1);
});
