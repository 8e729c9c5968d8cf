// Client of QEMU's qtest protocol: one command per line, one reply per line, in order. Commands are sent in one go and
// their replies gathered, since a round trip costs more than most commands do.

import type { Duplex } from 'node:stream';

/** There will be no more answers: QEMU died, or hung until the connection was given up. */
export class QtestClosed extends Error {
  override readonly name = 'QtestClosed';
}

/** No command takes nearly as long: QEMU is in an endless loop. */
const REPLY_LIMIT_MS = 10_000;

interface Waiting {
  readonly commands: readonly string[];
  readonly resolve: (replies: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

/** `OK` with its values, one string each; throws for a `FAIL` and for what is no reply at all. */
export function parseReply(line: string): readonly string[] {
  const [word, ...values] = line.split(' ');
  if (word === 'OK') return values;
  throw new Error(`qtest answered "${line}"`);
}

/** Whether a line tells of an interrupt line instead of answering a command. */
export function isInterruptLine(line: string): boolean {
  return line.startsWith('IRQ ');
}

/** The number in a reply such as `OK 0x12`. */
export function replyNumber(reply: string): number {
  const [text = ''] = parseReply(reply);
  const value = /^0x[0-9a-f]+$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new Error(`qtest answered "${reply}" instead of a number`);
  return value;
}

/** The bytes in a reply to `b64read`. */
export function replyBytes(reply: string, length: number): Uint8Array {
  const [text = ''] = parseReply(reply);
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (bytes.length !== length) {
    throw new Error(`qtest answered ${bytes.length} bytes instead of ${length}`);
  }
  return bytes;
}

/** Width of an access in bytes, as a command's last letter. */
const WIDTH_LETTERS = { 1: 'b', 2: 'w', 4: 'l' } as const;
export type Width = keyof typeof WIDTH_LETTERS;

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Commands, spelled as the protocol wants them. Addresses are guest-physical, values unsigned. */
export const qtest = {
  portWrite: (port: number, value: number): string => `outl ${hex(port)} ${hex(value)}`,
  portRead: (port: number): string => `inl ${hex(port)}`,
  write: (address: number, width: Width, value: number): string =>
    `write${WIDTH_LETTERS[width]} ${hex(address)} ${hex(value)}`,
  read: (address: number, width: Width): string => `read${WIDTH_LETTERS[width]} ${hex(address)}`,
  writeBytes: (address: number, bytes: Uint8Array): string =>
    `b64write ${hex(address)} ${hex(bytes.length)} ${Buffer.from(bytes).toString('base64')}`,
  readBytes: (address: number, length: number): string => `b64read ${hex(address)} ${hex(length)}`,
  fill: (address: number, length: number, value: number): string =>
    `memset ${hex(address)} ${hex(length)} ${hex(value)}`,
} as const;

/** One connection. */
export class QtestClient {
  readonly #stream: Duplex;
  readonly #waiting: Waiting[] = [];
  #lines: string[] = [];
  #rest = '';
  #isClosed = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.setEncoding('latin1');
    stream.on('data', (text: string) => this.#receive(text));
    // Both come, in either order, when QEMU dies; the first one says it all.
    stream.on('error', () => this.#close());
    stream.on('close', () => this.#close());
  }

  /**
   * Sends the commands and gives their replies, as many and in that order. Rejects with `QtestClosed` when QEMU dies
   * or hangs over them, and with an `Error` that names the command when one fails.
   */
  send(commands: readonly string[]): Promise<readonly string[]> {
    if (this.#isClosed) return Promise.reject(new QtestClosed('the connection to QEMU is closed'));
    if (commands.length === 0) return Promise.resolve([]);
    const replies = new Promise<readonly string[]>((resolve, reject) => {
      this.#waiting.push({ commands, resolve, reject });
      this.#stream.write(`${commands.join('\n')}\n`, 'latin1');
    });
    const limit = setTimeout(() => this.#stream.destroy(), REPLY_LIMIT_MS);
    return replies.finally(() => clearTimeout(limit));
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines.filter((line) => !isInterruptLine(line)));
    this.#settle();
  }

  #settle(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { commands, resolve, reject } = next;
      if (this.#lines.length < commands.length) return;
      const replies = this.#lines.slice(0, commands.length);
      this.#lines = this.#lines.slice(commands.length);
      this.#waiting.shift();
      const failed = replies.findIndex((line) => !/^OK(?: |$)/.test(line));
      if (failed < 0) resolve(replies);
      else reject(new Error(`QEMU answered "${replies[failed]}" to "${commands[failed]}"`));
    }
  }

  #close(): void {
    this.#isClosed = true;
    for (const { commands, reject } of this.#waiting.splice(0)) {
      reject(new QtestClosed(`QEMU died over ${commands.length} commands`));
    }
  }
}
