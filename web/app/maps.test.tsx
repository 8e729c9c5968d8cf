// @vitest-environment happy-dom
import { render, type ComponentChild } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AddressMapPane } from '../components/address-map-pane.tsx';
import { MappingsPane } from '../components/mappings-pane.tsx';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { paneProps } from './pane-props.ts';

async function startedSession(): Promise<MachineSession> {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  await run(5_000);
  return session;
}

function show(content: ComponentChild): HTMLElement {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  render(content, root);
  return root;
}

async function run(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('the panes of a domain', () => {
  it('select a mapping by its row, and the domain again by the same row', async () => {
    const session = await startedSession();
    const root = show(<MappingsPane {...paneProps(session).mappings} />);
    // happy-dom lays nothing out, so that only the rows beyond the edge are there
    const row = root.querySelector<HTMLButtonElement>('tbody button');
    row?.click();
    await run(100);
    const chosen = session.selection.chosen.peek();
    const { rows, domain } = session.shown.watched.peek();
    expect(chosen).toEqual({ kind: 'mapping', domain, iova: rows[0]?.start, id: rows[0]?.id });
    expect(root.querySelector('tr[data-selected=true] button')?.textContent).toBe(row?.textContent);
    expect(session.shown.domain.peek()).toBe(domain);
    row?.click();
    await run(100);
    expect(session.selection.chosen.peek()).toEqual({ kind: 'domain', id: domain });
  });

  it('have the space of the domain that is shown, at the moment that is shown', async () => {
    const session = await startedSession();
    const root = show(<AddressMapPane {...paneProps(session).addressMap} />);
    const label = (): string => root.querySelector('.map-stage')?.getAttribute('aria-label') ?? '';
    const { count, domain } = session.shown.watched.peek();
    expect(label()).toContain(`domain ${domain}: ${count} mapping`);
    session.moment.look(session.iommu.latest.history?.record.firstSequence ?? 1);
    await run(100);
    expect(root.textContent).toContain('No domains yet.');
  });
});
