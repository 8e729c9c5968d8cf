// The records of a machine that goes back in time: one for each branch, which share what was before they
// parted.

import type { Dispose } from '../base/emitter.ts';
import type { IommuRecord } from '../trace/record/iommu-record.ts';
import type { Place } from './timeline/place.ts';

/** What is used of the machine. */
export interface MovedMachine {
  readonly past: { readonly branches: readonly { readonly id: number }[] };
  onLeave(listener: (place: Place) => void): Dispose;
  onMove(listener: (place: Place) => void): Dispose;
}

/** Keeps the records of the ways that a machine has left. */
export class WayRecords {
  readonly #ends = new Map<number, IommuRecord>();
  /** The branch that the record of now is of; undefined until the machine is moved. */
  #branch: number | undefined;

  /** `exchange` is asked for the record as it is, and given another in its place. */
  constructor(
    machine: MovedMachine,
    exchange: { readonly now: () => IommuRecord; readonly set: (record: IommuRecord) => void },
  ) {
    machine.onLeave(({ branch, isPast }) => {
      this.#branch = branch;
      const record = exchange.now();
      if (!isPast) this.#ends.set(branch, record.fork(record.lastSequence));
    });
    machine.onMove(({ branch }: Place) => {
      const end = this.#ends.get(branch);
      if (end !== undefined && branch !== this.#branch) exchange.set(end.fork(end.lastSequence));
      this.#branch = branch;
      const known = new Set(machine.past.branches.map(({ id }) => id));
      for (const id of this.#ends.keys()) if (!known.has(id)) this.#ends.delete(id);
    });
  }

  /** The machine is gone, and with it its ways. */
  end(): void {
    this.#ends.clear();
  }
}
