// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { BLK, ExplainRig } from '../../test/rigs/explain-rig.ts';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_ATTACH_F_BYPASS } from '../../src/iommu/protocol/protocol.ts';
import { AttackPane, type AttackPaneProps } from './attack-pane.tsx';
import { ATTACKS, countWords, eduPlace, expectation, type EduPlace } from './attack-words.ts';

/** Of a device whose first endpoint plays edu. */
function stateOf(play: (pc: ExplainRig) => void): IommuState {
  const pc = new ExplainRig();
  play(pc);
  return pc.rig.iommu.state();
}

describe('what is to be expected of an attack', () => {
  const unattached = stateOf(() => undefined);
  const attached = stateOf((pc) => pc.attach(3, BLK));
  const passthrough = stateOf((pc) => pc.attach(3, BLK, VIRTIO_IOMMU_ATTACH_F_BYPASS));

  it.each<[string, EduPlace | null, boolean | null]>([
    ['without an IOMMU', eduPlace('off', null, BLK), false],
    ['in no domain, with boot bypass', eduPlace('translated', unattached, BLK), false],
    ['in a domain', eduPlace('translated', attached, BLK), true],
    ['in a domain that translates nothing', eduPlace('bypass', passthrough, BLK), false],
    ['in no domain, without boot bypass', { kind: 'blocked' }, true],
  ])('fits where edu is: %s', (_where, place, isSafe) => {
    expect(place).not.toBeNull();
    if (place !== null) expect(expectation('dma', place, 'translated').isSafe).toBe(isSafe);
  });

  it('is that of the driver’s domain, and of VFIO, which needs an IOMMU', () => {
    const unbound: EduPlace = { kind: 'boot-bypass' };
    expect(expectation('module', unbound, 'translated').isSafe).toBe(true);
    expect(expectation('module', unbound, 'bypass').isSafe).toBe(false);
    expect(expectation('vfio', { kind: 'unwatched' }, 'off').text).toMatch(/fails at bind/);
    expect(eduPlace('translated', attached, null)).toBeNull();
  });

  it('is held against what edu did since', () => {
    expect(countWords({ translated: 0, bypassed: 0, blocked: 0 })).toMatch(/no access yet/);
    expect(countWords({ translated: 2, bypassed: 0, blocked: 1 })).toBe(
      'Since you ran it, of edu: 2 accesses translated, 1 access stopped.',
    );
  });
});

async function shown(changes: Partial<AttackPaneProps> = {}) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const [onRun, onSee, onLab] = [vi.fn(), vi.fn(), vi.fn()];
  const props: AttackPaneProps = {
    endpoint: signal(BLK),
    mode: signal('translated'),
    device: signal(stateOf((pc) => pc.attach(3, BLK))),
    noCommands: signal(null),
    count: signal(null),
    problem: signal(null),
    onRun,
    onSee,
    onLab,
    ...changes,
  };
  await act(() => render(<AttackPane {...props} />, root));
  const press = (name: string): Promise<void> =>
    act(() => root.querySelector<HTMLElement>(`button[aria-label="${name}"]`)?.click());
  return { root, onRun, onSee, onLab, press };
}

describe('the pane of attacks', () => {
  it('runs each, and leads to its picture', async () => {
    const { root, onRun, onSee, press } = await shown();
    for (const attack of ATTACKS) {
      await press(`Run: ${attack.title}`);
      expect(onRun).toHaveBeenLastCalledWith(attack);
    }
    await press('See it: Attack the kernel');
    expect(onSee).toHaveBeenCalledOnce();
    expect(root.textContent).toContain('It is stopped: a driver has had edu');
  });

  it('says what edu did, beside the attack that it did it in', async () => {
    const count = signal({ id: 'dma', translated: 0, bypassed: 5, blocked: 0 });
    const { root } = await shown({ count });
    const cards = [...root.querySelectorAll('.attack')].map(({ textContent }) => textContent);
    expect(cards.map((text) => text?.includes('5 accesses let through unchecked'))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('of a machine without edu offers the one with it', async () => {
    const { root, onLab } = await shown({ endpoint: signal(null) });
    expect(root.querySelector('.attack')).toBeNull();
    await act(() => root.querySelector('button')?.click());
    expect(onLab).toHaveBeenCalledOnce();
  });
});
