import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPageFile } from './page-files.ts';
import { PAGE_POLICY } from './page-policy.ts';
import { PageServer } from './page-server.ts';

const SECRET = 'not of the page';
const SCRIPT = `const x = ${JSON.stringify('x'.repeat(2000))};\n`;

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const outside = mkdtempSync(join(tmpdir(), 'viommu-serve-'));
const folder = join(outside, 'page');
const page = new PageServer((path) => readPageFile(folder, path));
const server = createServer((asked, response) => void page.answer(asked, response));
let port = 0;

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', path, headers, method }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const { statusCode: status, headers: given } = response;
        resolve({ status, headers: given, body: Buffer.concat(pieces) });
      });
    });
    asking.on('error', reject).end();
  });
}

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), SECRET);
  writeFileSync(join(outside, 'page-secret.txt'), SECRET);
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, '.hidden'), SECRET);
  writeFileSync(join(folder, 'assets', 'index-1.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'store-1.wasm'), '\0asm');
  writeFileSync(join(folder, 'assets', 'bzImage-1.bin'), 'MZ');
  symlinkSync(join(outside, 'secret.txt'), join(folder, 'link.txt'));
  symlinkSync(outside, join(folder, 'way-out'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(outside, { recursive: true });
});

describe('the server of the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html?plan=%7B%7D', 'text/html; charset=utf-8', 'no-cache'],
    ['/assets/index-1.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/store-1.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
    ['/assets/bzImage-1.bin', 'application/octet-stream', 'public, max-age=31536000, immutable'],
  ])('gives %s its type, its age and the policy', async (path, type, age) => {
    const { status, headers } = await ask(path);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, age]);
    expect(headers['content-security-policy']).toBe(PAGE_POLICY);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['a folder', '/assets'],
    ['a listing', '/assets/'],
    ['a folder above', '/../secret.txt'],
    ['a folder above, encoded', '/%2e%2e/secret.txt'],
    ['a folder above, its slash encoded', '/assets/..%2f..%2fsecret.txt'],
    ['a folder above, in other separators', '/assets/..%5c..%5csecret.txt'],
    ['a neighbour whose name begins the same', '/../page-secret.txt'],
    ['an absolute path', `/${join(outside, 'secret.txt')}`],
    ['a link out', '/link.txt'],
    ['a folder that is a link out', '/way-out/secret.txt'],
    ['a hidden file', '/.hidden'],
    ['a name with NUL', '/index.html%00.txt'],
    ['bytes that are no text', '/%ff'],
    ['an escape that ends early', '/%2'],
    ['a whole address', 'http://127.0.0.1/secret.txt'],
    ['no path', '*'],
  ])('has no file for %s', async (_what, path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body.toString()).toBe('The page has no such file.\n');
  });

  it('packs what can be packed, for those who take it', async () => {
    const packed = await ask('/assets/index-1.js', { 'Accept-Encoding': 'br, gzip' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(packed.body).toString()).toBe(SCRIPT);
    const plain = await ask('/assets/index-1.js');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toBe(SCRIPT);
  });

  it('says that a file has not changed, and what a file is without sending it', async () => {
    const { headers } = await ask('/');
    const tag = String(headers.etag);
    expect(await ask('/', { 'If-None-Match': tag })).toMatchObject({ status: 304 });
    const head = await ask('/', {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '15', 0]);
  });

  it('takes no other method', async () => {
    const { status, headers } = await ask('/', {}, 'POST');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});
