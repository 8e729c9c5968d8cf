import { describe, expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import type { Emulator } from './emulator.ts';
import { SerialPort } from './serial-port.ts';

const UART0 = 0x3f8;
const UART1 = 0x2f8;
const LINE_STATUS = 5;
const CHUNK = 4096;

function transmit({ cpu }: Emulator, base: number, text: string): void {
  const port = cpu.io.ports[base];
  for (const byte of new TextEncoder().encode(text)) port?.write8.call(port.device, byte);
}

function receive({ cpu }: Emulator, base: number): string {
  const bytes: number[] = [];
  const data = cpu.io.ports[base];
  const status = cpu.io.ports[base + LINE_STATUS];
  while (((status?.read8.call(status.device, base + LINE_STATUS) ?? 0) & 1) !== 0) {
    bytes.push(data?.read8.call(data.device, base) ?? 0);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function listen(port: SerialPort): string[] {
  const chunks: string[] = [];
  port.onOutput((bytes) => chunks.push(new TextDecoder().decode(bytes)));
  return chunks;
}

/** A port that delivers at once what is sent. */
async function connected() {
  const emulator = await stoppedEmulator();
  const port: SerialPort = new SerialPort((bytes) => port.deliver(bytes));
  port.connect(emulator, 0);
  return { emulator, port, chunks: listen(port) };
}

describe('SerialPort', () => {
  it('hands on what the guest prints in one chunk when its tick ends', async () => {
    const { emulator, port, chunks } = await connected();
    transmit(emulator, UART0, 'hello ');
    transmit(emulator, UART0, 'there');
    expect(chunks).toEqual([]);
    port.flush();
    expect(chunks).toEqual(['hello there']);
  });

  it('hands on a full chunk at once, and the rest later', async () => {
    const { emulator, port, chunks } = await connected();
    transmit(emulator, UART0, 'x'.repeat(CHUNK + 1));
    expect(chunks.map(({ length }) => length)).toEqual([CHUNK]);
    port.flush();
    expect(chunks.map(({ length }) => length)).toEqual([CHUNK, 1]);
  });

  it('takes every byte, and gives chunks that are not reused', async () => {
    const { emulator, port } = await connected();
    const chunks: Uint8Array[] = [];
    port.onOutput((bytes) => chunks.push(bytes));
    const uart = emulator.cpu.io.ports[UART0];
    for (const byte of [0, 0x80, 0xff]) uart?.write8.call(uart.device, byte);
    port.flush();
    uart?.write8.call(uart.device, 7);
    port.flush();
    expect(chunks).toEqual([Uint8Array.of(0, 0x80, 0xff), Uint8Array.of(7)]);
  });

  it('sends to the guest as UTF-8', async () => {
    const { emulator, port } = await connected();
    port.send('é\n');
    expect(receive(emulator, UART0)).toBe('é\n');
  });

  it('is one port only', async () => {
    const { emulator, chunks } = await connected();
    const second = new SerialPort(() => undefined);
    second.connect(emulator, 1);
    const other = listen(second);
    transmit(emulator, UART1, 'two');
    second.flush();
    expect([chunks, other]).toEqual([[], ['two']]);
  });

  it('sends to the newest emulator it was connected to', async () => {
    const { emulator, port } = await connected();
    const next = await stoppedEmulator();
    port.connect(next, 0);
    port.send('hi');
    expect([receive(emulator, UART0), receive(next, UART0)]).toEqual(['', 'hi']);
  });

  it('drops what is sent before it is connected', () => {
    expect(() => new SerialPort(() => undefined).deliver(new Uint8Array(1))).not.toThrow();
  });
});
