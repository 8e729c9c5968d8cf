// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { MachineSession } from './machine-session.ts';

async function startedSession() {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, { churn: 2 }),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  await vi.advanceTimersByTimeAsync(6_000);
  const filter = async (text: string): Promise<void> => {
    session.filter.set(text);
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(300);
  };
  const kindsListed = (): ReadonlySet<string | undefined> => {
    const { rows } = session.rows.view.value;
    const { record } = session.iommu.latest.history ?? {};
    const listed = Array.from({ length: rows.count }, (_, index) => rows.row(index));
    return new Set(
      listed.map((row) => row?.mark?.kind ?? record?.event(row?.sequence ?? 0)?.event.kind),
    );
  };
  return { session, filter, kindsListed };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('the filter in force', () => {
  it('lists what it lets through, also of what comes later, and steps go through that', async () => {
    const { session, filter, kindsListed } = await startedSession();
    await filter('kind == attach');
    expect(session.eventFilter.state.value.kind).toBe('valid');
    expect(kindsListed()).toEqual(new Set(['attached']));
    const { rows } = session.rows.view.value;
    session.moment.step(-1);
    expect(session.moment.chosen.value).toBe(rows.row(rows.count - 1)?.sequence);
    session.moment.step(-1);
    expect(session.moment.chosen.value).toBe(rows.row(rows.count - 2)?.sequence);
    session.moment.step(1);
    session.moment.step(1);
    expect(session.moment.chosen.value).toBeNull();
    await filter('kind == map && domain == 5');
    const before = session.rows.view.value.rows.events;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.rows.view.value.rows.events).toBeGreaterThan(before);
    expect(kindsListed()).toEqual(new Set(['mapped']));
  });

  it('stays in force while one that is wrong is written, and says what is wrong', async () => {
    const { session, filter, kindsListed } = await startedSession();
    await filter('kind == fault || kind == attach');
    await filter('kind = map');
    expect(session.eventFilter.state.value).toMatchObject({
      kind: 'invalid',
      inForce: 'kind == fault || kind == attach',
      problem: { from: 5, message: 'Write == to compare.' },
    });
    expect(kindsListed()).toEqual(new Set(['attached']));
    await filter('endpoint == "nobody"');
    expect(session.eventFilter.state.value).toMatchObject({
      kind: 'invalid',
      problem: { from: 12 },
    });
    await filter('');
    expect(session.eventFilter.state.value.kind).toBe('none');
    expect(kindsListed().has('mapped')).toBe(true);
  });

  it('is restricted to kinds by what is written into it', async () => {
    const { session, filter } = await startedSession();
    const toggled = async (...kinds: readonly string[]): Promise<string> => {
      await session.eventFilter.toggleKinds(kinds);
      await vi.advanceTimersByTimeAsync(300);
      return session.filter.text.value;
    };
    expect(await toggled('map')).toBe('kind == map');
    await filter('domain == 5 || refused');
    expect(await toggled('map')).toBe('kind == map && (domain == 5 || refused)');
    expect(await toggled('attach', 'detach')).toBe(
      'kind in {map, attach, detach} && (domain == 5 || refused)',
    );
    expect(session.eventFilter.kinds.value).toEqual(new Set(['map', 'attach', 'detach']));
    expect(await toggled('attach', 'detach')).toBe('kind == map && (domain == 5 || refused)');
    expect(await toggled('map')).toBe('domain == 5 || refused');
    expect(session.eventFilter.kinds.value).toBeNull();
  });

  it('asks the worker for the names of functions, and says so until they are there', async () => {
    const { session, filter } = await startedSession();
    await filter('kind == attach');
    const attaches = session.rows.view.value.rows.events;
    const { why } = session.power.api ?? {};
    if (why === undefined) throw new Error('the machine is there');
    let answer = (): void => undefined;
    const names = vi.spyOn(why, 'names').mockImplementation(
      (addresses) =>
        new Promise((resolve) => {
          answer = () => resolve(addresses.map(() => 'iommu_map.constprop.0'));
        }),
    );
    await filter('by("iommu_*")');
    expect(session.eventFilter.state.value.kind).toBe('naming');
    expect(session.rows.view.value.rows.events).toBe(attaches);
    answer();
    await vi.advanceTimersByTimeAsync(500);
    expect(session.eventFilter.state.value.kind).toBe('valid');
    const { record } = session.iommu.latest.history ?? {};
    const { rows } = session.rows.view.value;
    expect(rows.events).toBeGreaterThan(0);
    expect(record?.who(rows.row(0)?.sequence ?? 0).stack).not.toBeNull();
    await filter('by("iommu_map") && kind == map || by("nobody")');
    expect(session.eventFilter.state.value.kind).toBe('valid');
    expect(names).toHaveBeenCalledOnce();
  });

  it('refuses functions of a kernel whose symbols nobody has', async () => {
    const { session, filter } = await startedSession();
    const { why } = session.power.api ?? {};
    if (why === undefined) throw new Error('the machine is there');
    vi.spyOn(why, 'names').mockResolvedValue(null);
    await filter('by("iommu_map")');
    expect(session.eventFilter.state.value).toMatchObject({
      kind: 'invalid',
      problem: { message: 'Functions of this kernel have no names here.' },
    });
  });
});
