// Answers the requests of a browser for the page, and nothing else.

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { requestedPath } from './page-files.ts';
import { PAGE_POLICY } from './page-policy.ts';

/** Gives a file of the page by its path, or undefined. */
export type ReadFile = (path: string) => Promise<Uint8Array | undefined>;

const TEXT = 'text/plain; charset=utf-8';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': TEXT,
  '.wasm': 'application/wasm',
};
/** Of these packing pays; images and snapshot are packed already. */
const PACKED = new Set(['.html', '.js', '.css', '.json', '.svg', '.txt', '.wasm']);

/** Sent with every answer. */
const HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
/** The name of an asset has a hash of what it holds; of everything else the browser asks whether it has changed. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK = 'no-cache';

const pack = promisify(gzip);

export class PageServer {
  readonly #read: ReadFile;
  /** By ETag: as many as there are files to pack. */
  readonly #packed = new Map<string, Buffer>();

  constructor(read: ReadFile) {
    this.#read = read;
  }

  /** Answers one request. Resolves when all is handed over. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return say(response, 405, 'This server answers GET and HEAD only.\n');
    }
    const path = requestedPath(request.url ?? '');
    const bytes = path === undefined ? undefined : await this.#read(path);
    if (path === undefined || bytes === undefined) {
      return say(response, 404, 'The page has no such file.\n');
    }
    await this.#send(path, bytes, request, response);
  }

  async #send(
    path: string,
    bytes: Uint8Array,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const type = extname(path);
    const tag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
    response.setHeader('Content-Type', TYPES[type] ?? 'application/octet-stream');
    response.setHeader('Cache-Control', path.startsWith('assets/') ? FOR_EVER : ASK);
    response.setHeader('ETag', tag);
    const isPacked = PACKED.has(type);
    if (isPacked) response.setHeader('Vary', 'Accept-Encoding');
    if (request.headers['if-none-match'] === tag) {
      response.statusCode = 304;
      response.end();
      return;
    }
    const accepts = /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '');
    const body = isPacked && accepts ? await this.#pack(tag, bytes) : bytes;
    if (body !== bytes) response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Content-Length', body.length);
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #pack(tag: string, bytes: Uint8Array): Promise<Buffer> {
    const packed = this.#packed.get(tag) ?? (await pack(bytes));
    this.#packed.set(tag, packed);
    return packed;
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', TEXT);
  response.setHeader('Cache-Control', ASK);
  response.end(text);
}
