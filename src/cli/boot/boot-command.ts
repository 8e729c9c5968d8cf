// `viommu boot`: boots a guest, does what was asked for, reports.

import { GuestSession } from '../../guest/guest-session.ts';
import type { SymbolTable, Symbols } from '../../kernel/symbol-table.ts';
import { needsGuestSymbols, projectSymbols } from '../trace/trace-symbols.ts';
import { readMachine } from '../chosen-machine.ts';
import { EXIT_DONE, EXIT_FAILED, exitStatusOf } from '../exit-status.ts';
import type { BootArguments } from './boot-arguments.ts';
import { failureOf, TimedOut, type BootFailure, type UnfinishedCommand } from './boot-failure.ts';
import {
  bootReport,
  type BootOutcome,
  type CommandReport,
  type RogueOutcome,
} from './boot-report.ts';
import type { BootStep } from './boot-steps.ts';
import { rogueSentence, summary } from './boot-summary.ts';
import { GuestScreen, type CliOutput } from './guest-screen.ts';
import { RecordingFile } from './recording-file.ts';
import { checkOutputs } from './output-clash.ts';
import { runFindings } from './run-findings.ts';
import { RunRecord } from './run-record.ts';
import { StatusLine } from './status-line.ts';
import { Interrupted, onStopSignal } from '../stop-signals.ts';
import { NO_TOTALS } from '../../trace/event-totals.ts';
import { TraceFile } from './trace-file.ts';

/** Resolves with the exit status; every error has become words by then. `columns`: standard error is a terminal so wide. */
export async function bootCommand(
  args: BootArguments,
  output: CliOutput,
  columns?: () => number,
): Promise<number> {
  const status =
    columns === undefined ? undefined : new StatusLine(output, () => run.doing(), columns);
  const screen = new GuestScreen(status?.output ?? output, args);
  const run = new BootRun(args, screen);
  const listening = onStopSignal((reason) => run.stop(reason));
  try {
    await run.go();
    status?.end();
    const outcome = run.outcome();
    const report = bootReport(outcome);
    if (args.hasFindings) screen.tell(`\n${await run.findings()}`);
    if (args.isJson) screen.report(`${JSON.stringify(report)}\n`);
    else if (outcome.ranMs > 0) screen.report(`\n${summary(report)}`);
    await run.end();
    return run.exitStatus;
  } finally {
    status?.end();
    listening();
  }
}

class BootRun {
  readonly #args: BootArguments;
  readonly #screen: GuestScreen;
  readonly #stop = new AbortController();
  readonly #record = new RunRecord();
  readonly #commands: CommandReport[] = [];
  readonly #rogue: RogueOutcome[] = [];
  #timer: NodeJS.Timeout | undefined;
  #trace: TraceFile | undefined;
  #recording: RecordingFile | undefined;
  #session: GuestSession | undefined;
  #bootMs: number | undefined;
  #running: UnfinishedCommand | undefined;
  #since = performance.now();
  #failure: BootFailure | undefined;
  #exitStatus = EXIT_DONE;

  constructor(args: BootArguments, screen: GuestScreen) {
    this.#args = args;
    this.#screen = screen;
  }

  get exitStatus(): number {
    return this.#exitStatus;
  }

  /** What it is at, in a few words. */
  doing(): string {
    const seconds = Math.round((performance.now() - this.#since) / 1000);
    const what = this.#running?.command ?? `boot: ${this.#session?.stage ?? 'loading'}`;
    return `${what}, ${seconds} s`;
  }

  /** Ends the run, which fails for this reason. */
  stop(reason: unknown): void {
    this.#stop.abort(reason);
  }

  /** Everything from the first file to the last step; what went wrong has been told when it resolves. */
  async go(): Promise<void> {
    try {
      await this.#goThrough();
    } catch (error) {
      this.#fail(error);
    }
    try {
      this.#recording?.end();
      await this.#trace?.close(await this.#unknownToReaders());
    } catch (error) {
      this.#fail(error);
    }
    const failed = this.#commands.find(({ exitCode }) => exitCode !== 0);
    if (this.#failure !== undefined || failed === undefined) return;
    const { command, exitCode, output } = failed;
    const message = `"${command}" ended with exit code ${exitCode}.`;
    this.#failure = { kind: 'command', message, command, output };
    this.#exitStatus = EXIT_FAILED;
  }

  /** What is known now. */
  outcome(): BootOutcome {
    const session = this.#session;
    return {
      bootMs: this.#bootMs,
      ranMs: session?.ranMs ?? 0,
      instructions: session?.instructions ?? 0,
      digest: this.#args.isJson ? session?.digest().digest : undefined,
      totals: session?.iommu.totals() ?? NO_TOTALS,
      record: this.#record,
      state: session?.iommu.isPresent === true ? session.iommu.state() : undefined,
      rogue: this.#rogue,
      commands: this.#commands,
      failure: this.#failure,
    };
  }

  /** What a person should know of the run's DMA. */
  async findings(): Promise<string> {
    if (this.#session?.iommu.isPresent !== true) return 'This machine has no IOMMU.\n';
    const { record } = this.#session.iommu;
    const symbols = this.#guestSymbols() ?? (await projectSymbols(record.head));
    return runFindings(record, symbols && this.#session.who.withModules(symbols));
  }

  /** Of what is on stacks, the names that whoever reads the trace can not have: those of modules, and of another kernel. */
  async #unknownToReaders(): Promise<Symbols | undefined> {
    if (this.#trace === undefined || this.#session?.iommu.isPresent !== true) return undefined;
    const { iommu, who } = this.#session;
    const own = this.#guestSymbols();
    if (own !== undefined) return who.withModules(own);
    const known = await projectSymbols(iommu.record.head);
    const all = known && who.withModules(known);
    return (
      all && { at: (address) => (known.at(address) === undefined ? all.at(address) : undefined) }
    );
  }

  /** Symbols of a kernel that is not the project's own, as the guest has them; undefined where it has none. */
  #guestSymbols(): SymbolTable | undefined {
    const session = this.#session;
    if (session?.iommu.isPresent !== true || !needsGuestSymbols(session.iommu.record.head)) return;
    return session.who.kallsyms();
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#session?.dispose();
  }

  async #goThrough(): Promise<void> {
    const { timeoutMs, trace, record, steps } = this.#args;
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.stop(new TimedOut(timeoutMs)), timeoutMs);
    }
    checkOutputs(this.#args);
    const session = await this.#unlessStopped(this.#create());
    this.#session = session;
    // Not before all else is right: what is in the file now is lost
    if (trace !== undefined) {
      this.#trace = new TraceFile(trace, (error) => this.stop(error));
      this.#trace.begin(() => session.iommu.record);
    }
    if (record !== undefined) {
      this.#recording = new RecordingFile(record, session, (error) => this.stop(error));
    }
    session.start();
    await session.waitForBoot();
    this.#bootMs = session.bootMs;
    for (const step of steps) await this.#do(session, step);
  }

  #fail(error: unknown): void {
    this.#screen.fail(failureOf(error, undefined).message);
    this.#failure ??= failureOf(error, this.#running);
    if (this.#exitStatus !== EXIT_DONE) return;
    this.#exitStatus = error instanceof Interrupted ? error.exitStatus : exitStatusOf(error);
  }

  async #create(): Promise<GuestSession> {
    const { until, pace } = this.#args;
    return GuestSession.create({
      ...(await readMachine(this.#args)),
      pace,
      until,
      signal: this.#stop.signal,
      onConsole: (bytes) => this.#screen.showConsole(bytes),
      onEvent: (event) => {
        this.#record.add(event.event);
        this.#trace?.add();
      },
    });
  }

  async #do(session: GuestSession, step: BootStep): Promise<void> {
    if (step.kind === 'rogue') {
      const { request } = step;
      const result = session.rogueDma(request);
      this.#rogue.push({ request, result });
      this.#screen.tell(`\n${rogueSentence(request, result)}\n`);
      return;
    }
    const { command } = step;
    this.#screen.beginCommand(command);
    this.#running = { command, output: '' };
    this.#since = performance.now();
    const onOutput = (text: string): void => {
      this.#running = { command, output: `${this.#running?.output ?? ''}${text}` };
      this.#screen.showOutput(text);
    };
    const { exitCode, output } = await session.run(command, { onOutput });
    this.#running = undefined;
    this.#commands.push({ command, exitCode, output });
    if (exitCode !== 0) this.#screen.tell(`[exit code ${exitCode}]\n`);
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
