import { describe, expect, it } from 'vitest';
import { answerHttp, HttpConnection, streamBytes } from './http-server.ts';
import type { V86Connection } from './v86-internals.ts';

function open() {
  const sent: Uint8Array[] = [];
  let closed = 0;
  const connection: V86Connection = {
    sport: 80,
    on: () => undefined,
    write: (bytes) => sent.push(bytes),
    close: () => {
      closed += 1;
    },
    release: () => undefined,
  };
  const http = new HttpConnection(connection);
  return {
    send: (text: string) => http.take(new TextEncoder().encode(text)),
    answer: () => new TextDecoder().decode(Uint8Array.from(sent.flatMap((each) => [...each]))),
    closed: () => closed,
  };
}

describe('answerHttp', () => {
  it.each(['/', '/?q', 'http://example.com', 'http://example.com/', 'https://192.168.86.1/#top'])(
    'has a page at %s',
    (target) => {
      const answer = answerHttp('GET', target);
      expect(answer.status).toBe('200 OK');
      expect(new TextDecoder().decode(answer.body)).toContain('virtio-net');
    },
  );

  it.each([0, 1, 4096, 4 << 20])('sends %i bytes of the stream', (length) => {
    const { status, body } = answerHttp('GET', `/bytes/${length}`);
    expect(status).toBe('200 OK');
    expect(Buffer.compare(body, streamBytes(length))).toBe(0);
  });

  it.each([
    '/bytes/4194305',
    '/bytes/999999999',
    '/bytes/9999999999',
    '/bytes/-1',
    '/bytes/1e3',
    '/bytes/',
    '/bytes/0x10',
    '//bytes/5',
    '/other',
    ':99999',
    '*',
  ])('has nothing at %s', (target) => {
    expect(answerHttp('GET', target).status).toBe('404 Not Found');
  });

  it.each(['POST', 'PUT', 'DELETE', 'CONNECT'])('refuses %s', (method) => {
    expect(answerHttp(method, '/').status).toBe('405 Method Not Allowed');
  });
});

describe('streamBytes', () => {
  it('begins the same whatever its length, and does not repeat soon', () => {
    const long = streamBytes(4096);
    expect(streamBytes(100)).toEqual(long.slice(0, 100));
    expect(long.slice(0, 2048)).not.toEqual(long.slice(2048));
  });
});

describe('HttpConnection', () => {
  it('answers a request that comes in pieces, once, and closes', () => {
    const { send, answer, closed } = open();
    send('GET /bytes/3 HT');
    send('TP/1.1\r\nhost: x\r\n\r');
    expect(closed()).toBe(0);
    send('\n');
    send('GET / HTTP/1.1\r\n\r\n');
    expect(answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*content-length: 3\r\n.*\r\n\r\n.{1,3}$/s);
    expect(closed()).toBe(1);
  });

  it('answers HEAD without a body', () => {
    const { send, answer } = open();
    send('HEAD /bytes/3 HTTP/1.1\r\n\r\n');
    expect(answer()).toContain('content-length: 3');
    expect(answer().endsWith('\r\n\r\n')).toBe(true);
  });

  it.each([
    ['no request line', '\r\n\r\n'],
    ['no version', 'GET /\r\n\r\n'],
    ['binary', '\0\xff\r\n\r\n'],
    ['a head without end', `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(2000)}`],
  ])('answers %s with 400 and closes', (_what, request) => {
    const { send, answer, closed } = open();
    send(request);
    expect(answer()).toMatch(/^HTTP\/1\.1 400 /);
    expect(closed()).toBe(1);
  });
});
