// `viommu boot`: boots a guest, does what was asked for, reports.

import type { RogueRequest, RogueResult } from '../../machine/rogue-access.ts';
import { GuestSession } from '../../guest/guest-session.ts';
import { NO_TOTALS } from '../../trace/event-totals.ts';
import type { BootArguments } from './boot-arguments.ts';
import {
  bootReport,
  endpointName,
  summary,
  type BootOutcome,
  type CommandReport,
} from './boot-report.ts';
import { readBootMachine } from './boot-plan.ts';
import type { BootStep } from './boot-steps.ts';
import { EXIT_DONE, EXIT_FAILED, exitStatusOf, messageOf } from '../exit-status.ts';
import { TraceFile } from './trace-file.ts';

/** Where a command's words go. */
export interface CliOutput {
  readonly out: (text: string | Uint8Array) => void;
  readonly err: (text: string | Uint8Array) => void;
}

/** Resolves with the exit status; every error has become words by then. */
export async function bootCommand(args: BootArguments, output: CliOutput): Promise<number> {
  const run = new BootRun(args, output);
  let status = EXIT_DONE;
  try {
    await run.go();
  } catch (error) {
    output.err(`viommu: ${messageOf(error)}\n`);
    status = exitStatusOf(error);
  }
  const outcome = run.outcome();
  const report = bootReport(outcome);
  if (args.isJson) output.out(`${JSON.stringify(report)}\n`);
  else if (outcome.timeMs > 0)
    output.out(`\n${summary(report, outcome.bootMs !== undefined, outcome.state !== undefined)}`);
  await run.end();
  return status === EXIT_DONE && !report.ok ? EXIT_FAILED : status;
}

const NOTHING_HAPPENED: BootOutcome = {
  bootMs: undefined,
  timeMs: 0,
  totals: NO_TOTALS,
  state: undefined,
  commands: [],
  isComplete: false,
};

class BootRun {
  readonly #args: BootArguments;
  readonly #output: CliOutput;
  readonly #stop = new AbortController();
  readonly #commands: CommandReport[] = [];
  #timer: NodeJS.Timeout | undefined;
  #trace: TraceFile | undefined;
  #session: GuestSession | undefined;
  #isComplete = false;

  constructor(args: BootArguments, output: CliOutput) {
    this.#args = args;
    this.#output = output;
  }

  /** Everything from the first file to the last step. Rejects with what went wrong. */
  async go(): Promise<void> {
    const { timeoutMs, trace } = this.#args;
    if (timeoutMs !== undefined) {
      const reason = new Error(`Stopped after ${timeoutMs / 1000} s, as --timeout asks for.`);
      this.#timer = setTimeout(() => this.#stop.abort(reason), timeoutMs);
    }
    if (trace !== undefined) this.#trace = new TraceFile(trace);
    const session = await this.#unlessStopped(this.#create());
    this.#session = session;
    session.start();
    await session.waitForBoot();
    for (const step of this.#args.steps) await this.#do(session, step);
    this.#trace?.close();
    this.#trace = undefined;
    this.#isComplete = true;
  }

  /** What is known now. */
  outcome(): BootOutcome {
    const session = this.#session;
    if (session === undefined) return NOTHING_HAPPENED;
    return {
      bootMs: session.bootMs,
      timeMs: session.timeMs,
      totals: session.iommu.totals(),
      state: session.iommu.isPresent ? session.iommu.state() : undefined,
      commands: this.#commands,
      isComplete: this.#isComplete,
    };
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer);
    // Still open only when something failed, and that has been told.
    try {
      this.#trace?.close();
    } catch (error) {
      this.#output.err(`viommu: ${messageOf(error)}\n`);
    }
    await this.#session?.dispose();
  }

  async #create(): Promise<GuestSession> {
    const { until, pace } = this.#args;
    return GuestSession.create({
      ...(await readBootMachine(this.#args)),
      pace,
      until,
      signal: this.#stop.signal,
      onConsole: (bytes) => {
        if (!this.#args.isQuiet) this.#say(bytes);
      },
      onEvent: (event) => {
        // A full disk ends the run, not the device that the event comes from.
        try {
          this.#trace?.add(event);
        } catch (error) {
          this.#stop.abort(error);
        }
      },
    });
  }

  async #do(session: GuestSession, step: BootStep): Promise<void> {
    if (step.kind === 'rogue') {
      const result = session.rogueDma(step.request);
      this.#tell(`\n${rogueSentence(step.request, result)}\n`);
      return;
    }
    const { command } = step;
    this.#tell(`\n$ ${command}\n`);
    const { exitCode, output } = await session.run(command);
    this.#commands.push({ command, exitCode, output });
    this.#tell(output);
    if (exitCode !== 0) this.#tell(`[exit code ${exitCode}]\n`);
  }

  /** Standard output belongs to the JSON line, if there is to be one. */
  #say(text: string | Uint8Array): void {
    if (this.#args.isJson) this.#output.err(text);
    else this.#output.out(text);
  }

  #tell(text: string): void {
    if (!this.#args.isJson || !this.#args.isQuiet) this.#say(text);
  }

  async #unlessStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
    });
    return Promise.race([work, stopped]);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function rogueSentence({ endpoint, address, access }: RogueRequest, result: RogueResult): string {
  const what = `Rogue ${access} by ${endpointName(endpoint)} at 0x${address.toString(16)}`;
  switch (result.outcome) {
    case 'blocked':
      return `${what}: blocked, fault at 0x${result.address.toString(16)}.`;
    case 'completed':
      return `${what}: went through${result.isBypass ? ', past any translation' : ''}.`;
    case 'no-memory':
      return `${what}: nothing stopped it, but there is no memory.`;
  }
}
