// `viommu device` as a process, with pipes to both ends.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const COMMAND = join(import.meta.dirname, '../../dist/src/cli/viommu.js');

/** How a process ended. */
export interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** A running device. `end` it when the test is done. */
export class DeviceProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Settles when the process has ended and everything that it wrote has been read. */
  readonly ended: Promise<Ended>;
  #lines: AsyncIterator<string> | undefined;

  constructor(words: readonly string[] = []) {
    const child = spawn(process.execPath, [COMMAND, 'device', ...words]);
    this.child = child;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, stderr }));
    });
  }

  write(text: string | Uint8Array): void {
    this.child.stdin.write(text);
  }

  /** The next answer; undefined after the last one. The first call begins to read at all. */
  async read(): Promise<unknown> {
    this.#lines ??= createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    const { done, value } = await this.#lines.next();
    return done === true ? undefined : JSON.parse(value);
  }

  /** All answers that are left. */
  async readAll(): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    for (let answer = await this.read(); answer !== undefined; answer = await this.read()) {
      answers.push(answer);
    }
    return answers;
  }

  /** The answer to one line. */
  ask(line: object): Promise<unknown> {
    this.write(`${JSON.stringify(line)}\n`);
    return this.read();
  }

  /** Ends the input and waits for the process. */
  end(): Promise<Ended> {
    this.child.stdin.end();
    return this.ended;
  }
}
