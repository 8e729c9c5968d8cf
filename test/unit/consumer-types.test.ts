// The package's types as a strict program outside sees them: one that checks declaration files, and has no DOM.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/guest/package-root.ts';

const ROOT = packageRoot();
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const BUILD_LIMIT_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'viommu-consumer-'));

const PROGRAM = `
import { GuestSession, InputError, type Answer, type Guest } from 'viommu/testing';
import type {
  EventTotals, IommuState, MachinePlan, Mapping, PlanChoices, RecordedEvent, RogueRequest, RogueResult, RunDigest,
} from 'viommu/testing';
import { GuestPage, type PageHandle } from 'viommu/testing/page';

const choices: PlanChoices = { memoryMiB: 96, endpoints: { ide: false }, iommu: { mode: 'bypass' } };

export async function main(): Promise<unknown> {
  await using guest = await GuestSession.boot({ plan: choices, reservedRegions: { rogue: [] } });
  const state: IommuState = guest.iommu.state();
  const mappings: readonly Mapping[] = guest.iommu.mappings(state.domains[0]?.id ?? 0);
  const event: RecordedEvent | undefined = guest.iommu.events[0];
  const request: RogueRequest = { endpoint: 4098, address: 0n, access: 'read', length: 4 };
  const result: RogueResult = guest.rogueDma({ ...request, endpoint: 'rogue' });
  const plan: MachinePlan = guest.plan;
  const totals: EventTotals = guest.iommu.totals();
  const digest: RunDigest = guest.digest();
  await guest.restore(await guest.save());
  const same: Guest = guest;
  await same.giveFile('driver.ko', new Uint8Array(1));
  const events: Answer<readonly RecordedEvent[]> = same.iommu.events;
  await same.restoreFile(await same.saveFile());
  const handle: PageHandle | undefined = undefined;
  return [mappings, event, result, plan, totals, digest, events, handle, InputError, GuestPage];
}
`;

const CONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  },
  files: ['program.ts'],
};

function tsc(...words: readonly string[]): string {
  return spawnSync(process.execPath, [TSC, ...words], { encoding: 'utf8' }).stdout;
}

beforeAll(() => {
  tsc('-b', join(ROOT, 'src', 'tsconfig.node.json'));
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules', 'viommu'));
  const nodeTypes = join('node_modules', '@types', 'node');
  symlinkSync(join(ROOT, nodeTypes), join(folder, nodeTypes));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
}, BUILD_LIMIT_MS);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the types of the package', () => {
  it('compile in a program that checks all of them', () => {
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    expect(tsc('-p', folder)).toBe('');
  });

  it('refuse what the kit does not take', () => {
    writeFileSync(join(folder, 'program.ts'), PROGRAM.replace("'rogue' }", "'rouge' }"));
    expect(tsc('-p', folder)).toContain(`Type '"rouge"' is not assignable`);
  });
});
