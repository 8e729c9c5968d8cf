// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { MachineSession } from '../session/machine-session.ts';
import { Opening } from '../session/opening.ts';
import { serveEmbedding } from './embed-host.ts';
import { HELLO, type EventsDetail } from './protocol.ts';
import { ViommuMachine } from './viommu-machine.ts';

const ports = {
  images,
  now: () => Date.now(),
  onNextFrame: (callback: () => void) => void setTimeout(callback, 1),
};

/** The page in an element's frame, with a make-believe machine. */
async function connect(element: ViommuMachine): Promise<MachineSession> {
  const frame = element.shadowRoot?.querySelector('iframe');
  if (frame === null || frame === undefined) throw new Error('no frame');
  const said = vi.fn();
  Object.defineProperty(frame, 'contentWindow', { value: { postMessage: said } });
  frame.dispatchEvent(new Event('load'));
  await vi.waitFor(() => expect(said).toHaveBeenCalledOnce());
  const [hello, origin, [port]] = said.mock.calls[0] ?? [];
  expect([hello, origin]).toEqual([HELLO, new URL(frame.src).origin]);
  const session = new MachineSession({ ...ports, start: (onBatch) => startFakeMachine(onBatch) });
  const opening = new Opening(session, () => Promise.reject(new Error('No trace.')), ports);
  serveEmbedding(port, session, opening);
  return session;
}

let element: ViommuMachine;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  // The frame's page is not fetched here, which is said on the console
  vi.spyOn(console, 'error').mockReturnValue();
  element = new ViommuMachine();
  element.setAttribute('plan', '{"memoryMiB":256}');
  element.setAttribute('view', 'see');
  document.body.replaceChildren(element);
  await Promise.resolve();
});
afterEach(() => {
  element.remove();
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('<viommu-machine>', () => {
  it('has the page in a frame, as its attributes ask for', async () => {
    const address = (): URL =>
      new URL(element.shadowRoot?.querySelector('iframe')?.src ?? 'about:blank');
    expect(Object.fromEntries(address().searchParams)).toEqual({
      embed: 'bare',
      plan: '{"memoryMiB":256}',
      view: 'see',
    });
    element.setAttribute('controls', '');
    element.removeAttribute('plan');
    await Promise.resolve();
    expect(Object.fromEntries(address().searchParams)).toEqual({ embed: 'controls', view: 'see' });
  });

  it('passes on what it is told, and tells what happened', async () => {
    const events: string[] = [];
    for (const name of ['viommu-ready', 'viommu-fault', 'viommu-failure']) {
      element.addEventListener(name, () => events.push(name));
    }
    const typed = element.type('disk-read\n');
    const session = await connect(element);
    const type = vi.spyOn(session.console, 'type');
    await typed;
    expect(type).toHaveBeenCalledWith('disk-read\r');
    await session.power.start();
    await vi.waitFor(() => expect(events).toEqual(['viommu-ready']), {
      timeout: 20_000,
      interval: 100,
    });
    await session.stray.send({ endpoint: 4098, address: 0xdead_b000n, access: 'write', length: 4 });
    await vi.waitFor(() => expect(events).toEqual(['viommu-ready', 'viommu-fault']));
    expect((await element.state())?.endpoints.length).toBeGreaterThan(0);
    await element.goTo(3);
    expect(session.moment.chosen.value).toBe(3);
    await element.pause();
    await vi.waitFor(() => expect(session.power.status.value).toBe('paused'));
  });

  it('runs commands, and tells of events where it is asked to', async () => {
    const told: EventsDetail[] = [];
    element.addEventListener('viommu-events', (event) => {
      if (event instanceof CustomEvent) told.push(event.detail);
    });
    const ran = vi.fn();
    void element.run('disk-read').then(ran);
    const session = await connect(element);
    await session.power.start();
    await vi.waitFor(
      () => expect(ran).toHaveBeenCalledWith({ exitCode: 0, output: 'disk-read\n' }),
      { timeout: 20_000, interval: 100 },
    );
    expect(told).toEqual([]);
    element.setAttribute('events', '');
    await element.state();
    await session.stray.send({ endpoint: 4098, address: 0xdead_b000n, access: 'write', length: 4 });
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0));
    const kinds = told.flatMap(({ events }) => events.map(({ event }) => event.kind));
    expect(kinds).toContain('faulted');
    element.removeAttribute('events');
    await element.state();
    const before = told.length;
    await session.stray.send({ endpoint: 4098, address: 0xdead_b000n, access: 'write', length: 4 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveLength(before);
  });

  it('refuses what waits for a machine that is removed', async () => {
    const asked = element.pause();
    const refused = expect(asked).rejects.toThrow('The machine was removed.');
    await connect(element);
    element.remove();
    await refused;
    await expect(element.resume()).rejects.toThrow('The machine is not in a document.');
  });
});
