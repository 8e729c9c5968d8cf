// Follows a boot by what the guest prints: its stage, its prompt, its panic.

/** Stages of the guest's own start, in order. */
export const GUEST_STAGES = ['firmware', 'kernel', 'iommu', 'userspace', 'ready'] as const;
export type GuestStage = (typeof GUEST_STAGES)[number];

/** What the console shows when a stage begins. */
const STAGE_MARKS: readonly (readonly [GuestStage, RegExp])[] = [
  ['kernel', /Linux version /],
  ['iommu', /virtio_iommu virtio\d+: (?:input address|page mask)/],
  ['userspace', /Run \/\S+ as init process/],
];

/** A shell prompt at the end of the output: `# ` or `$ ` as the last characters of a line. */
export const DEFAULT_PROMPT = /(?:^|\n)[^\n]*[#$] $/;

/** Terminal control sequences (ECMA-48, 5.4), such as the cursor report that a shell asks for after its prompt. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const CONTROL_SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** As the kernel prints it: after its time, or first in a line. Typed by a user, the words stand elsewhere. */
const PANIC = /(?:^|\[ *\d+\.\d+\] )Kernel panic - not syncing: (.*)/;

/** How an error of the kernel's own begins after which it goes on: x86 prints what it is, then its code. */
const OOPS =
  /(?:^|\[ *\d+\.\d+\] )(BUG: (?:kernel NULL pointer|unable to handle).*|Oops: .*: [0-9a-f]{4} \[#\d+\].*)/;
/** Lines kept from an oops on: registers and a backtrace. */
const OOPS_LINES = 30;

/** An error of the kernel's own. */
export interface Oops {
  readonly words: string;
  /** What the kernel printed from there on. */
  readonly report: readonly string[];
}

/** The last thing a kernel prints that has panicked. */
const PANIC_END = /---\[ end Kernel panic/;

/** Unfinished line kept for matching; longer ones are cut at the front. */
const MAX_LINE = 4096;
/** Complete lines kept for messages. */
const KEPT_LINES = 40;

/** Reads console bytes and tells what they mean. Stages only move forward. */
export class BootWatch {
  readonly #prompt: RegExp;
  readonly #decoder = new TextDecoder();
  #stage: GuestStage = 'firmware';
  #panic: string | undefined;
  #isPanicOver = false;
  #oops: { readonly words: string; readonly report: string[] } | undefined;
  #line = '';
  readonly #lines: string[] = [];

  constructor(prompt: RegExp = DEFAULT_PROMPT) {
    this.#prompt = prompt;
  }

  get stage(): GuestStage {
    return this.#stage;
  }

  /** The kernel's own words after "Kernel panic - not syncing:"; undefined while there is none. */
  get panic(): string | undefined {
    return this.#panic;
  }

  /** Whether the kernel has said all it has to say about its panic. */
  get isPanicOver(): boolean {
    return this.#isPanicOver;
  }

  /** The kernel's first error after which it went on; undefined while there is none. */
  get oops(): Oops | undefined {
    return this.#oops;
  }

  /** The last lines of the console, oldest first. */
  get tail(): readonly string[] {
    return this.#line === '' ? this.#lines : [...this.#lines, this.#line];
  }

  /** Takes what the console printed. */
  take(bytes: Uint8Array): void {
    const parts = this.#decoder.decode(bytes, { stream: true }).replaceAll('\r', '').split('\n');
    parts.forEach((part, index) => {
      this.#line = (this.#line + part).slice(-MAX_LINE);
      if (index < parts.length - 1) {
        this.#endLine();
      }
    });
    // A kernel that was told to be quiet prints nothing before it.
    if (this.#prompt.test(this.#line.replace(CONTROL_SEQUENCE, ''))) {
      this.#advance('ready');
    }
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = '';
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    for (const [stage, mark] of STAGE_MARKS) {
      if (mark.test(line)) this.#advance(stage);
    }
    const oops = OOPS.exec(line)?.[1];
    if (oops !== undefined) this.#oops ??= { words: oops, report: [] };
    if (this.#oops !== undefined && this.#oops.report.length < OOPS_LINES) {
      this.#oops.report.push(line);
    }
    this.#panic ??= PANIC.exec(line)?.[1];
    if (this.#panic !== undefined && PANIC_END.test(line)) this.#isPanicOver = true;
  }

  #advance(stage: GuestStage): void {
    if (GUEST_STAGES.indexOf(stage) > GUEST_STAGES.indexOf(this.#stage)) this.#stage = stage;
  }
}
