// @vitest-environment happy-dom
// From a fault to its mapping, to the request that removed that, to the function of the guest's kernel, to the clause: at most
// two clicks each, counted on a device that really stopped an access.
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BLK, ExplainRig } from '../../test/rigs/explain-rig.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { explain } from '../../src/trace/explain/explain.ts';
import { RecordTail } from '../../src/trace/record/record-tail.ts';
import type { Who } from '../../src/trace/record/who.ts';
import { FaultsPane } from '../components/faults-pane.tsx';
import { InspectorPane } from '../components/inspector-pane.tsx';
import { StoryPane } from '../components/story-pane.tsx';
import type { Requirement } from '../conformance/requirement.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { QUIET_BATCH } from '../testing/told-events.ts';
import { paneProps } from './pane-props.ts';

const RULE: Requirement = {
  id: 'A61',
  level: 'SHOULD',
  section: '5.13.6.6.2',
  requirement: 'UNMAP removes every mapping inside its range.',
  fields: ['unmap.virt_start'],
  causes: ['unmapped'],
  tests: [],
};
const MAPPED = 4;
const REMOVED = 5;
const FUNCTION = 'virtblk_unmap_data';

function maker(comm: string, address: number): Who {
  return {
    task: { pid: 83, tgid: 83, comm, isInterrupted: false },
    stack: { addresses: Uint32Array.of(address), isInnermostCertain: true },
  };
}

/** A device that stopped an access to what its driver had removed. */
function playedDevice(): ExplainRig {
  const pc = new ExplainRig();
  pc.attach(1, BLK);
  pc.who = maker('dd', 1);
  pc.map(1, 0x4000n, 0x4fffn);
  pc.who = maker('kworker', 2);
  pc.unmap(1, 0x4000n, 0x4fffn);
  pc.who = undefined;
  pc.access(BLK, 'read', 0x4800n, 512);
  pc.take();
  return pc;
}

async function opened() {
  const pc = playedDevice();
  const session = new MachineSession({
    start: async (onBatch) => {
      const fake = await startFakeMachine(() => undefined);
      const boot = async () => {
        const begins = { head: pc.record.head, keyframe: null };
        const record = new RecordTail(pc.record).next();
        void onBatch({ ...QUIET_BATCH, begins, record, state: pc.rig.iommu.state() });
        return {
          endpoints: [],
          outside: [],
          memoryBytes: 1 << 20,
          iommu: 'translated' as const,
          plan: DEFAULT_PLAN,
        };
      };
      const why = {
        drivers: async (stacks: readonly unknown[]) => stacks.map(() => FUNCTION),
        functions: async (stacks: readonly unknown[]) =>
          stacks.map(() => ({ functions: ['viommu_send_req', FUNCTION], areNamed: true })),
        names: async (addresses: readonly number[]) => addresses.map(() => FUNCTION),
        explain: async (sequence: number) => {
          const found = explain(pc.history, sequence);
          return found === undefined ? null : { ...found, callers: [] };
        },
      };
      const power = { ...fake.api.power, boot };
      return { api: { ...fake.api, power, why }, dispose: () => fake.dispose() };
    },
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
    requirements: async () => [RULE],
  });
  await session.power.start('translated');
  await run(500);
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const { faults, inspector, story } = paneProps(session);
  render(
    <>
      <FaultsPane {...faults} />
      <StoryPane {...story} />
      <InspectorPane {...inspector} />
    </>,
    root,
  );
  await run(500);
  let clicks = 0;
  const click = async (pane: string, name: RegExp): Promise<void> => {
    const buttons = [...root.querySelectorAll<HTMLButtonElement>(`#${pane} button`)];
    const found = buttons.find(({ textContent }) => name.test(textContent ?? ''));
    if (found === undefined) throw new Error(`no button ${name} in ${pane}`);
    clicks += 1;
    found.click();
    await run(500);
  };
  const textOf = (pane: string): string => root.querySelector(`#${pane}`)?.textContent ?? '';
  return { pc, session, root, click, textOf, clicks: () => clicks };
}

async function run(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('from a fault in the list', () => {
  it('to its mapping: two clicks', async () => {
    const { click, textOf, session, clicks } = await opened();
    await click('faults', /No mapping/);
    await click('story', /^0x00004000–fff$/);
    expect(clicks()).toBe(2);
    expect(session.selection.chosen.value).toMatchObject({ kind: 'mapping', id: MAPPED });
    expect(textOf('inspector')).toContain('Ended by#5');
  });

  it('to the request that removed it, and its bytes: two clicks', async () => {
    const { click, textOf, session, clicks } = await opened();
    await click('faults', /No mapping/);
    await click('story', /^UNMAP #5$/);
    expect(clicks()).toBe(2);
    expect(session.selection.chosen.value).toEqual({ kind: 'event', sequence: REMOVED });
    expect(textOf('inspector')).toContain('UNMAP #5');
    expect(textOf('inspector')).toContain('virt_start');
    expect(textOf('inspector')).toContain(`Causedby kworker (pid 83), ${FUNCTION}`);
  });

  it("to the function of the guest's kernel, its task, and how long before: one click", async () => {
    const { click, textOf, clicks } = await opened();
    await click('faults', /No mapping/);
    expect(clicks()).toBe(1);
    expect(textOf('story')).toContain(`by kworker (pid 83), ${FUNCTION}`);
    expect(textOf('story')).toContain('viommu_send_req');
    expect(textOf('story')).toContain(
      '0.25 ms earlier, UNMAP #5 removed 0x00004000–fff from domain 1.',
    );
  });

  it('to the clause among all of them: two clicks', async () => {
    const { click, session, clicks } = await opened();
    const sought = vi.fn();
    session.requirements.sought.on(sought);
    await click('faults', /No mapping/);
    await click('story', /^virtio 1.2, 5.13.6.6$/);
    expect(clicks()).toBe(2);
    expect([sought.mock.calls.length, session.requirements.query.value]).toEqual([1, '5.13.6.6']);
  });

  it('to the clause, and to the rule: one click', async () => {
    const { click, textOf, clicks } = await opened();
    await click('faults', /No mapping/);
    expect(clicks()).toBe(1);
    expect(textOf('story')).toContain(`The rule: virtio 1.2, 5.13.6.6.${RULE.requirement} A61`);
    expect(textOf('inspector')).toContain(`The reason5.13.6.6.2SHOULDA61${RULE.requirement}`);
  });
});

describe('bytes, fields and rules', () => {
  it('light each other, by pointer and by keyboard', async () => {
    const { click, root } = await opened();
    await click('faults', /No mapping/);
    await click('story', /^UNMAP #5$/);
    const lit = (): readonly (string | null)[] =>
      [...root.querySelectorAll('#inspector [data-lit=true]')].map(
        ({ textContent, tagName }) => `${tagName} ${textContent}`,
      );
    const all = [
      'BUTTON 0800 40 00 00 00 00 00 00',
      'TR virt_start0x000040005.13.6.6.2',
      `BUTTON 5.13.6.6.2SHOULDA61${RULE.requirement}`,
    ];
    const bytes = [...root.querySelectorAll<HTMLElement>('#inspector button.byte-run')];
    bytes[3]?.dispatchEvent(new MouseEvent('mouseenter'));
    await run(100);
    expect(lit()).toEqual(all);
    root.querySelector<HTMLElement>('#inspector .rule')?.focus();
    await run(100);
    expect(lit()).toEqual(all);
    bytes[2]?.focus();
    bytes[2]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await run(100);
    expect(document.activeElement).toBe(bytes[3]);
    expect(lit()).toEqual(all);
    expect(bytes.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(2);
  });
});
