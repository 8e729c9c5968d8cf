// The web server in the guest's network: one request a connection (HTTP/1.1, RFC 9112), answered at once.

import type { V86Connection } from './v86-internals.ts';

/** Largest body of `/bytes/N`. */
const MAX_BYTES = 4 << 20;
/** Longest head of a request. */
const MAX_HEAD = 8192;

const FRONT_PAGE = `<!doctype html>
<title>viommu</title>
<h1>Hello from the other side of the network card</h1>
<p>Every byte of this page was stored in your memory by virtio-net, at an IOVA that Linux mapped for it.</p>
`;

export interface HttpAnswer {
  /** Status code and reason, such as `200 OK`. */
  readonly status: string;
  readonly type: string;
  readonly body: Uint8Array;
}

/** Byte `index` of the stream that `/bytes/N` sends: a 32-bit linear congruential generator's upper byte. */
export function streamBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

function text(status: string, body: string, type = 'text/plain'): HttpAnswer {
  return { status, type, body: new TextEncoder().encode(body) };
}

/**
 * Answers a request; any host name leads here. `target` is the request line's second word. `/` is a page in HTML,
 * `/bytes/N` is N bytes (at most 4 MiB) of `streamBytes`, all else is 404.
 */
export function answerHttp(method: string, target: string): HttpAnswer {
  if (method !== 'GET' && method !== 'HEAD') {
    return text('405 Method Not Allowed', 'This server answers GET and HEAD.\n');
  }
  // A proxy is asked with the whole URL (RFC 9112, 3.2.2).
  const path = target.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*$/, '') || '/';
  if (path === '/') return text('200 OK', FRONT_PAGE, 'text/html; charset=utf-8');
  const asked = /^\/bytes\/(\d{1,9})$/.exec(path)?.[1];
  if (asked !== undefined && Number(asked) <= MAX_BYTES) {
    return {
      status: '200 OK',
      type: 'application/octet-stream',
      body: streamBytes(Number(asked)),
    };
  }
  return text('404 Not Found', 'Nothing here. Try / or /bytes/4096.\n');
}

/** One connection: gathers the head of a request, answers it and closes. */
export class HttpConnection {
  readonly #connection: V86Connection;
  readonly #decoder = new TextDecoder('latin1');
  #head = '';
  #isAnswered = false;

  constructor(connection: V86Connection) {
    this.#connection = connection;
  }

  /** Takes what the guest sent. */
  take(bytes: Uint8Array): void {
    if (this.#isAnswered) return;
    this.#head += this.#decoder.decode(bytes.subarray(0, MAX_HEAD + 1), { stream: true });
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0 && this.#head.length <= MAX_HEAD) return;
    const line = /^([A-Z]+) (\S+) HTTP\/1\.\d\r\n/.exec(this.#head);
    const [method = '', target = ''] = line?.slice(1) ?? [];
    const isRequest = end >= 0 && line !== null;
    this.#answer(
      isRequest ? answerHttp(method, target) : text('400 Bad Request', 'This is no request.\n'),
      method === 'HEAD',
    );
  }

  #answer({ status, type, body }: HttpAnswer, isHead: boolean): void {
    this.#isAnswered = true;
    this.#head = '';
    const head = [
      `HTTP/1.1 ${status}`,
      `content-type: ${type}`,
      `content-length: ${body.length}`,
      'connection: close',
    ];
    this.#connection.write(new TextEncoder().encode(`${head.join('\r\n')}\r\n\r\n`));
    if (!isHead) this.#connection.write(body);
    this.#connection.close();
  }
}
