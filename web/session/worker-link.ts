// The wire to the machine's worker: one worker at a time, and what an earlier one still says is not heard.

import type { MachineApi } from '../../src/worker/api/api.ts';
import type { MachineClient, StartMachine, WorkerCrash } from '../../src/worker/api/client.ts';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import { EndingCalls } from './ending-calls.ts';

export interface LinkListener {
  readonly onBatch: (batch: MachineBatch) => void;
  /** The worker could not be loaded, or has died. */
  readonly onCrash: (crash: WorkerCrash) => void;
}

export type WorkerApi = Omit<MachineApi, 'news'>;

export class WorkerLink {
  readonly #start: StartMachine;
  readonly #listener: LinkListener;
  #client: MachineClient | null = null;
  #api: WorkerApi | null = null;
  #calls = new EndingCalls();
  /** Counts workers: an older one's news and errors are history. */
  #generation = 0;

  constructor(start: StartMachine, listener: LinkListener) {
    this.#start = start;
    this.#listener = listener;
  }

  /** What the worker can do; null while there is none. A call that the worker has not answered when it is ended rejects. */
  get api(): WorkerApi | null {
    return this.#api;
  }

  /** Tells, whenever it is called, whether the worker of now is still the one there is. */
  sameWorker(): () => boolean {
    const generation = this.#generation;
    return () => generation === this.#generation;
  }

  /** Ends the worker. */
  close(): void {
    this.#generation++;
    this.#client?.dispose();
    this.#client = null;
    this.#api = null;
    this.#calls.end();
    this.#calls = new EndingCalls();
  }

  /** A fresh worker; the one before is gone. Resolves with null when a newer one was asked for meanwhile. */
  async open(): Promise<WorkerApi | null> {
    this.close();
    const isCurrent = this.sameWorker();
    const { onBatch, onCrash } = this.#listener;
    const client = await this.#start(
      (batch) => {
        if (isCurrent()) onBatch(batch);
      },
      (crash) => {
        if (isCurrent()) onCrash(crash);
      },
    );
    if (!isCurrent()) {
      client.dispose();
      return null;
    }
    this.#client = client;
    this.#api = this.#calls.of(client.api);
    return this.#api;
  }
}
