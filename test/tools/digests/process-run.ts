// Runs the script in a process of its own, if wanted beside others that keep the processors busy.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ScriptAnswer } from './digest-script.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'digest-process.js');

/** What runs the script in Node: the bare machine, or the kit. */
export type NodeRun = 'bare' | 'kit';

function startBusyLoop(): ChildProcess {
  return spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
}

/** Rejects with `Error` when the process fails. */
export async function runInNode(what: NodeRun, busyLoops: number): Promise<ScriptAnswer> {
  const loops = Array.from({ length: busyLoops }, startBusyLoop);
  try {
    const { stdout } = await run(process.execPath, [PROGRAM, what]);
    return JSON.parse(stdout);
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
  }
}
