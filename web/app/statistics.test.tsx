// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StatisticsPane } from '../components/statistics-pane.tsx';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { paneProps } from './pane-props.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

it('counts while it is shown, leads to what it has counted, and gives it away', async () => {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, {}),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  await vi.advanceTimersByTimeAsync(5000);
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const onPane = vi.fn();
  const onCopy = vi.fn<(text: string) => Promise<void>>(async () => Promise.resolve());
  const { statistics } = paneProps(session, () => undefined, onPane);
  render(<StatisticsPane {...statistics} onCopy={onCopy} />, root);
  await vi.waitFor(() => expect(root.querySelector('.stat-summary')).not.toBeNull());
  await vi.advanceTimersByTimeAsync(500);
  const press = (name: string): void => {
    const found = [...root.querySelectorAll('button')].find((each) => each.textContent === name);
    if (found === undefined) throw new Error(`no button ${name}`);
    found.click();
  };
  const events = session.iommu.latest.history?.record.count ?? 0;
  expect(root.textContent).toContain('All that is kept: ');
  expect(root.textContent).toContain(`events #1 to #${events}.`);
  press('MAP');
  expect(session.filter.text.value).toBe('kind == map');
  expect(onPane).toHaveBeenCalledExactlyOnceWith('events');
  root.querySelector<HTMLElement>('[aria-labelledby=stat-mapped] button')?.click();
  expect(session.selection.chosen.value).toMatchObject({ kind: 'page' });
  session.moment.look(20);
  await vi.advanceTimersByTimeAsync(500);
  expect(root.textContent).toContain('All that is kept up to the moment you look at: ');
  expect(root.textContent).toContain('events #1 to #20.');
  press('Copy CSV');
  await vi.advanceTimersByTimeAsync(10);
  expect(onCopy.mock.lastCall?.[0]).toContain('Mappings by domain');
  expect(root.textContent).toContain('CSV copied.');
});
