// Keeps the page for the time without a network, and notices that a new version of it is there. Nothing on the page depends
// on it: a browser that keeps nothing shows the same page.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { PageQuestion, PageRequest } from '../../src/worker/offline/page-question.ts';

/** What is used of a `ServiceWorker`. */
export interface PageWorker extends Pick<EventTarget, 'addEventListener'> {
  readonly state: string;
  postMessage(said: PageQuestion | PageRequest, transfer?: Transferable[]): void;
}

/** What is used of a `ServiceWorkerRegistration`. */
export interface PageRegistration extends Pick<EventTarget, 'addEventListener'> {
  readonly installing: PageWorker | null;
  readonly waiting: PageWorker | null;
  update(): Promise<unknown>;
}

/** What is used of a browser. */
export interface OfflinePorts {
  /** Registers the page's service worker. May throw, as some browsers have none in a private window. */
  readonly register: () => Promise<PageRegistration>;
  /** Resolves with the worker that keeps the page, when it has all that a start needs. */
  readonly ready: () => Promise<Pick<PageWorker, 'postMessage'> | null>;
  /** The page's own script, by which the worker tells its build. */
  readonly script: string;
  /** Milliseconds, from anywhere. */
  readonly now: () => number;
  /** Calls back whenever a person comes back to the page. */
  readonly onReturn: (listener: () => void) => void;
}

/** How long a page may stay open before it looks for a new version again. */
const CHECK_INTERVAL_MS = 3_600_000;

export class Offline {
  readonly #ports: OfflinePorts;
  readonly #hasUpdate = signal(false);
  #checkedAt: number;

  constructor(ports: OfflinePorts) {
    this.#ports = ports;
    this.#checkedAt = ports.now();
  }

  /** Whether a version that is newer than this page waits for the next visit. */
  get hasUpdate(): ReadonlySignal<boolean> {
    return this.#hasUpdate;
  }

  /** The person does not want to hear of it now. */
  dismiss(): void {
    this.#hasUpdate.value = false;
  }

  /** Has the browser keep the page. Never rejects: a browser that will not does without. */
  async start(): Promise<void> {
    try {
      const registration = await this.#ports.register();
      this.#ports.onReturn(() => this.#check(registration));
      registration.addEventListener('updatefound', () => this.#watch(registration.installing));
      this.#watch(registration.installing);
      this.#watch(registration.waiting);
      (await this.#ports.ready())?.postMessage({ keepsRest: true });
    } catch {
      // Blocked, no secure context, or no such file: the page works as before
    }
  }

  /** Only a worker that waits is of interest: one that takes over at once is the first. */
  #watch(worker: PageWorker | null): void {
    if (worker === null) return;
    const look = (): void => {
      if (worker.state === 'installed') this.#ask(worker);
    };
    worker.addEventListener('statechange', look);
    look();
  }

  #ask(worker: PageWorker): void {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', ({ data }: MessageEvent<boolean>) => {
      this.#hasUpdate.value = !data;
      channel.port1.close();
    });
    channel.port1.start();
    worker.postMessage({ script: this.#ports.script }, [channel.port2]);
  }

  #check(registration: PageRegistration): void {
    const now = this.#ports.now();
    if (now - this.#checkedAt < CHECK_INTERVAL_MS) return;
    this.#checkedAt = now;
    registration.update().catch(() => undefined);
  }
}
