import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { TcpClient } from '../../../test/support/tcp-client.ts';
import { MAX_CONNECTIONS } from './network.ts';
import type { V86Network } from './v86-internals.ts';

/** Destination and source of an Ethernet frame. */
const ADDRESSES = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2];

let network: V86Network;
let nextPort = 40_000;

beforeAll(async () => {
  ({ network } = await stoppedEmulator());
});

function connect(): TcpClient {
  const client = new TcpClient(network, nextPort++);
  client.open();
  return client;
}

describe('the guest’s network', () => {
  it('answers an HTTP request in as many segments as it takes, and closes', () => {
    const client = connect();
    client.send('GET /bytes/20000 HTTP/1.1\r\nhost: 192.168.86.1\r\n\r\n');
    const [head = '', body = ''] = client.received.split('\r\n\r\n', 2);
    expect(head).toContain('200 OK');
    expect(client.received.length - head.length - 4).toBe(20_000);
    expect(body).not.toBe('');
    expect(client.isEnded).toBe(true);
  });

  it('answers a request that v86’s own server fails on', () => {
    const client = connect();
    client.send('GET :99999 HTTP/1.1\r\n\r\n');
    expect(client.received).toContain('404 Not Found');
  });

  it('keeps a bounded number of connections that nobody closes, the newest', () => {
    for (let count = 0; count < 10 * MAX_CONNECTIONS; count++) connect();
    expect(Object.keys(network.tcp_conn).length).toBe(MAX_CONNECTIONS);
    const client = connect();
    client.send('GET / HTTP/1.1\r\n\r\n');
    expect(client.received).toContain('200 OK');
  });

  it('reaches nothing outside the machine', async () => {
    await expect(network.fetch()).rejects.toThrow('no internet');
  });

  it('loses a frame for a driver that has no buffer', () => {
    expect(() => network.receive(new Uint8Array(64))).not.toThrow();
  });

  it('survives any frame', () => {
    const header = fc.constantFrom([0x08, 0x00], [0x08, 0x06], [0x86, 0xdd]);
    const body = fc.array(fc.nat(0xff), { maxLength: 400 });
    const protocol = fc.constantFrom(1, 6, 17);
    const port = fc.constantFrom(53, 67, 80, 123);
    fc.assert(
      fc.property(header, protocol, port, body, (type, protocol, port, body) => {
        const frame = Uint8Array.from([...ADDRESSES, ...type, ...body]);
        // A plausible start of an IPv4 packet, so that the inner parsers see the rest.
        frame.set([0x45, 0, 1, 0x90].slice(0, Math.max(0, frame.length - 14)), 14);
        if (frame.length > 38) {
          frame[23] = protocol;
          frame.set([port >> 8, port & 0xff], 36);
        }
        network.send(frame);
      }),
      { seed: 1, numRuns: 3000 },
    );
    expect(Object.keys(network.tcp_conn).length).toBeLessThanOrEqual(MAX_CONNECTIONS);
  });
});
