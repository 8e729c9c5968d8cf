// The guest's end of a TCP connection (RFC 9293) to v86's network, frame by frame: just enough to send a request.

import type { V86Network } from '../../src/machine/v86/v86-internals.ts';

const ETHERNET = 14;
const IPV4 = 20;
const TCP = 20;
const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;
const HTTP_PORT = 80;
const FIRST_SEQUENCE = 1000;

/** Takes the network's frames away from the guest and answers them as its TCP would. */
export class TcpClient {
  readonly #network: V86Network;
  readonly #port: number;
  #sequence = FIRST_SEQUENCE;
  #acknowledged = 0;
  #pending: Uint8Array[] = [];
  /** Everything received so far, one character a byte. */
  received = '';
  /** Whether the server has ended its side. */
  isEnded = false;

  constructor(network: V86Network, port: number) {
    this.#network = network;
    this.#port = port;
  }

  /** Opens the connection. */
  open(): void {
    this.#exchange(SYN, new Uint8Array());
  }

  /** Sends data and takes in all answers to it. */
  send(data: string): void {
    this.#exchange(ACK | PSH, new TextEncoder().encode(data));
  }

  #exchange(flags: number, data: Uint8Array): void {
    this.#network.receive = (frame) => {
      this.#pending.push(frame.slice());
    };
    this.#network.send(this.#frame(flags, data));
    this.#sequence += data.length + (flags === SYN ? 1 : 0);
    for (let frame = this.#pending.shift(); frame !== undefined; frame = this.#pending.shift()) {
      this.#take(frame);
    }
  }

  #take(frame: Uint8Array): void {
    const view = new DataView(frame.buffer, ETHERNET + IPV4);
    const flags = view.getUint8(13);
    const ipLength = new DataView(frame.buffer, ETHERNET).getUint16(2);
    const data = frame.subarray(
      ETHERNET + IPV4 + (view.getUint8(12) >> 4) * 4,
      ETHERNET + ipLength,
    );
    this.received += String.fromCharCode(...data);
    this.#acknowledged = view.getUint32(4) + data.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    this.isEnded ||= (flags & FIN) !== 0;
    if (data.length > 0 || (flags & (SYN | FIN)) !== 0) {
      this.#network.send(this.#frame(ACK, new Uint8Array()));
    }
  }

  #frame(flags: number, data: Uint8Array): Uint8Array {
    const frame = new Uint8Array(ETHERNET + IPV4 + TCP + data.length);
    const view = new DataView(frame.buffer);
    view.setUint16(12, 0x0800);
    view.setUint8(ETHERNET, 0x45);
    view.setUint16(ETHERNET + 2, IPV4 + TCP + data.length);
    view.setUint8(ETHERNET + 8, 64);
    view.setUint8(ETHERNET + 9, 6);
    frame.set([192, 168, 86, 100], ETHERNET + 12);
    frame.set([192, 168, 86, 1], ETHERNET + 16);
    const tcp = ETHERNET + IPV4;
    view.setUint16(tcp, this.#port);
    view.setUint16(tcp + 2, HTTP_PORT);
    view.setUint32(tcp + 4, this.#sequence);
    view.setUint32(tcp + 8, this.#acknowledged);
    view.setUint8(tcp + 12, (TCP / 4) << 4);
    view.setUint8(tcp + 13, flags);
    view.setUint16(tcp + 14, 0xffff);
    frame.set(data, tcp + TCP);
    return frame;
  }
}
