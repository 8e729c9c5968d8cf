// One QEMU process without a guest, driven over its qtest socket. No process outlives this one.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qtest, QtestClient } from './qtest-client.ts';

const PROGRAM = 'qemu-system-x86_64';
/** How much of what QEMU prints is kept for a message. */
const OUTPUT_LIMIT = 2000;

/** First line of `--version`; undefined when QEMU is not installed. */
export function qemuVersion(): string | undefined {
  const { status, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

const running = new Set<ChildProcess>();

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Has every QEMU killed when this process ends, by whatever way it can notice. */
export function killQemuAtExit(): void {
  process.on('exit', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(1));
  }
}

/** A running QEMU. */
export interface QemuProcess {
  readonly qtest: QtestClient;
  /** What QEMU printed so far, cut short. */
  output(): string;
  /** Kills it and waits for its end. */
  stop(): Promise<void>;
}

/** Starts QEMU's q35 machine with these devices. Throws `Error`, with what QEMU printed, when it does not come up. */
export async function startQemu(devices: readonly string[]): Promise<QemuProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'viommu-qtest-'));
  const path = join(folder, 'qtest');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  // A stopped CPU: Debian builds QEMU without the accelerator that is made for qtest.
  const machine = ['-accel', 'tcg', '-S', '-machine', 'q35', '-m', '64', '-nodefaults'];
  const connection = ['-display', 'none', '-qtest', `unix:${path}`, '-qtest-log', '/dev/null'];
  const functions = devices.flatMap((device) => ['-device', device]);
  const child = spawn(PROGRAM, [...machine, ...connection, ...functions], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_LIMIT);
  });
  const ended = once(child, 'close').finally(() => running.delete(child));
  try {
    const client = new QtestClient(await connectionOf(server, ended));
    // QEMU connects before it looks at its devices: only an answer shows that it likes them.
    await client.send([qtest.read(0, 1)]);
    const stop = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };
    return { qtest: client, output: () => output, stop };
  } catch (cause) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`QEMU did not start: ${output.trim()}`, { cause });
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

// QEMU connects to us, or ends first.
async function connectionOf(server: Server, ended: Promise<unknown>): Promise<Socket> {
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const first = await Promise.race([connected, ended.then(() => undefined)]);
  if (first === undefined) throw new Error('QEMU ended before it connected');
  return first;
}
