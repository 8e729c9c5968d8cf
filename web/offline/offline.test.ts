import { describe, expect, it, vi } from 'vitest';
import type { PageQuestion, PageRequest } from '../../src/worker/offline/page-question.ts';
import { Offline, type OfflinePorts, type PageRegistration, type PageWorker } from './offline.ts';

const SCRIPT = 'https://host.example/assets/index-1.js';
const HOUR_MS = 3_600_000;

/** A service worker that is of the build with this script. */
class FakeWorker extends EventTarget implements PageWorker {
  readonly #script: string;
  state = 'installing';

  constructor(script: string) {
    super();
    this.#script = script;
  }

  install(): void {
    this.state = 'installed';
    this.dispatchEvent(new Event('statechange'));
  }

  postMessage(said: PageQuestion | PageRequest, [port]: Transferable[] = []): void {
    const script = 'script' in said ? said.script : '';
    if (port instanceof MessagePort) port.postMessage(script === this.#script);
  }
}

class FakeRegistration extends EventTarget implements PageRegistration {
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
  readonly update = vi.fn(async () => undefined);

  find(worker: FakeWorker): void {
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
    worker.install();
  }
}

function open(register: OfflinePorts['register']) {
  const returns: (() => void)[] = [];
  const clock = { now: 0 };
  const active = { postMessage: vi.fn() };
  const offline = new Offline({
    register,
    ready: async () => active,
    script: SCRIPT,
    now: () => clock.now,
    onReturn: (listener) => returns.push(listener),
  });
  return { offline, clock, active, comeBack: () => returns.forEach((listener) => listener()) };
}

/** What was sent through a channel arrives behind what was sent before. */
function settled(): Promise<void> {
  const channel = new MessageChannel();
  return new Promise((resolve) => {
    channel.port1.addEventListener('message', () => {
      channel.port1.close();
      resolve();
    });
    channel.port1.start();
    channel.port2.postMessage(null);
  });
}

describe('the page and its service worker', () => {
  it('says that a newer page waits, until told not to', async () => {
    const registration = new FakeRegistration();
    const { offline } = open(async () => registration);
    await offline.start();
    registration.find(new FakeWorker('another'));
    await vi.waitFor(() => expect(offline.hasUpdate.value).toBe(true));
    offline.dismiss();
    expect(offline.hasUpdate.value).toBe(false);
  });

  it('says nothing of a worker of its own build, which may have waited already', async () => {
    const registration = new FakeRegistration();
    const worker = new FakeWorker(SCRIPT);
    worker.install();
    registration.waiting = worker;
    const asked = vi.spyOn(worker, 'postMessage');
    const { offline } = open(async () => registration);
    await offline.start();
    expect(asked).toHaveBeenCalledOnce();
    await settled();
    expect(offline.hasUpdate.value).toBe(false);
  });

  it('has the rest kept, and looks for a newer page when somebody comes back after an hour', async () => {
    const registration = new FakeRegistration();
    const { offline, clock, active, comeBack } = open(async () => registration);
    await offline.start();
    expect(active.postMessage).toHaveBeenCalledWith({ keepsRest: true });
    clock.now = HOUR_MS - 1;
    comeBack();
    expect(registration.update).not.toHaveBeenCalled();
    clock.now = HOUR_MS;
    comeBack();
    comeBack();
    expect(registration.update).toHaveBeenCalledOnce();
  });

  it('does without where there can be none', async () => {
    const { offline } = open(() => Promise.reject(new DOMException('', 'SecurityError')));
    await offline.start();
    const { offline: other } = open(() => {
      throw new TypeError('navigator.serviceWorker is undefined');
    });
    await other.start();
    expect([offline.hasUpdate.value, other.hasUpdate.value]).toEqual([false, false]);
  });
});
