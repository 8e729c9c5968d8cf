// `viommu window`: how long, and how many bytes, devices reach after the driver has unmapped them, strict against lazy.

import { GuestSession } from '../../guest/guest-session.ts';
import type { ArmedShot } from '../../lab/armed-access.ts';
import type { WindowReport } from '../../lab/unmap-window.ts';
import { windowPicture } from '../../lab/window-picture.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import { pluggedEndpoints } from '../../machine/plan/topology.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { EXIT_DONE } from '../exit-status.ts';
import { OutputFile } from '../output-file.ts';
import type { WindowArguments } from './window-arguments.ts';

const MODES = [
  { name: 'strict', append: 'iommu.strict=1' },
  { name: 'lazy', append: 'iommu.strict=0' },
] as const;

/** Bytes that an armed access reads. */
const LENGTH = 64;

interface ModeRun {
  readonly name: string;
  readonly report: WindowReport;
  /** The first access that met an UNMAP which waits, of any endpoint. */
  readonly shot: (ArmedShot & { readonly endpoint: string }) | undefined;
}

/** Resolves with the exit status. Rejects with `InputError` for a command that fails and a file that can not be written. */
export async function windowCommand(args: WindowArguments, output: CliOutput): Promise<number> {
  const picture = args.svg === undefined ? undefined : new OutputFile(args.svg, 'picture');
  const say = args.isJson ? output.err : output.out;
  try {
    const runs: ModeRun[] = [];
    for (const { name, append } of MODES) {
      const run = await measure(name, append, args.commands);
      runs.push(run);
      say(`${modeWords(run)}\n`);
    }
    picture?.write(new TextEncoder().encode(windowPicture(runs)));
    if (args.isJson) output.out(`${JSON.stringify(runs.map(jsonOf))}\n`);
    return EXIT_DONE;
  } finally {
    picture?.close();
  }
}

async function measure(
  name: string,
  append: string,
  commands: readonly string[],
): Promise<ModeRun> {
  const session = await GuestSession.create({ append });
  try {
    session.start();
    await session.waitForBoot();
    const window = session.lab.unmapWindow();
    const armed = pluggedEndpoints(session.plan).map((endpoint) => ({
      endpoint: endpoint.name,
      access: session.lab.arm(
        { endpoint: endpoint.id, access: 'read', length: LENGTH },
        { kind: 'unmap-waits' },
      ),
    }));
    for (const command of commands) {
      const { exitCode, output } = await session.run(command);
      if (exitCode === 0) continue;
      throw new InputError(`"${command}" ended with exit code ${exitCode}: ${output.trim()}`);
    }
    const [shot] = armed
      .flatMap(({ endpoint, access }) => access.shots.map((each) => ({ ...each, endpoint })))
      .toSorted((one, other) => one.timeMs - other.timeMs);
    const report = window.report();
    window.dispose();
    return { name, report, shot };
  } finally {
    await session.dispose();
  }
}

function modeWords({ name, report, shot }: ModeRun): string {
  const { unmaps, looks, lateCount, longestMs, medianMs, lateBytes, peakBytes } = report;
  const count = (value: number): string => value.toLocaleString('en');
  if (lateCount === 0) {
    return `${name}: 0 bytes within reach after they were unmapped: none of ${count(unmaps)} UNMAPs waited at one of ${count(looks)} looks; no armed access was made`;
  }
  const proof =
    shot === undefined
      ? ''
      : `\n  Proof: ${shot.endpoint} reads ${shot.request.length} bytes at 0x${shot.request.address.toString(16)}, which its driver had unmapped: ${shot.result.outcome}`;
  return `${name}: ${count(lateCount)} of ${count(unmaps)} UNMAPs waited, ${medianMs.toFixed(1)} ms in the median, ${longestMs.toFixed(1)} ms at most (to a tick of the guest, 1 ms); ${count(lateBytes)} bytes in all, ${count(peakBytes)} at a time${proof}`;
}

function jsonOf({ name, report, shot }: ModeRun): object {
  const { late: _late, ...figures } = report;
  const proof = shot && {
    endpoint: shot.endpoint,
    address: `0x${shot.request.address.toString(16)}`,
    outcome: shot.result.outcome,
    timeMs: shot.timeMs,
  };
  return { mode: name, ...figures, proof: proof ?? null };
}
