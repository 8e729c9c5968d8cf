// Every write of a device's into guest RAM, seen from below while it happens: a slow way to know the last one, which shares
// no code with the search.

import { vi } from 'vitest';
import { joinWords } from '../../../src/base/words.ts';
import type { GuestSession } from '../../../src/guest/guest-session.ts';
import { DmaPort } from '../../../src/iommu/dma-port.ts';
import { VirtioIommu } from '../../../src/iommu/virtio-iommu.ts';
import type { DmaWrite } from '../../../src/machine/dma-write.ts';
import { GuestMemory } from '../../../src/machine/v86/guest-memory.ts';

const PAGE_BYTES = 4096;

/** What a port is asked to write, and how much of it has arrived. */
interface PortWrite {
  readonly endpoint: number;
  readonly iova: bigint;
  done: number;
}

export class DmaLog {
  readonly #guest: GuestSession;
  readonly #endpoints = new Map<DmaPort, number>();
  readonly #writes: DmaWrite[] = [];
  #current: PortWrite | undefined;

  private constructor(guest: GuestSession) {
    this.#guest = guest;
  }

  /** Looks on until `vi.restoreAllMocks`. Ports that were made before are unknown: the guest must not have been built yet. */
  static async during(
    build: () => Promise<GuestSession>,
    run: (guest: GuestSession) => Promise<void>,
  ): Promise<{ guest: GuestSession; log: DmaLog }> {
    const ports = new Map<DmaPort, number>();
    // oxlint-disable-next-line typescript/unbound-method -- each is called on its own object
    const { port } = VirtioIommu.prototype;
    vi.spyOn(VirtioIommu.prototype, 'port').mockImplementation(function (this: VirtioIommu, id) {
      const made = port.call(this, id);
      ports.set(made, id);
      return made;
    });
    const guest = await build();
    const log = new DmaLog(guest);
    for (const [made, id] of ports) log.#endpoints.set(made, id);
    log.#spyPorts();
    log.#spyMemory();
    try {
      await run(guest);
    } finally {
      vi.restoreAllMocks();
    }
    return { guest, log };
  }

  get writes(): readonly DmaWrite[] {
    return this.#writes;
  }

  /** What the search shall find of the writes that count. */
  lastWrite(page: number, counts: (write: DmaWrite) => boolean = () => true): DmaWrite | null {
    const start = BigInt(page * PAGE_BYTES);
    const end = start + BigInt(PAGE_BYTES);
    const last = this.#writes.findLast(
      (write) => write.gpa < end && write.gpa + BigInt(write.length) > start && counts(write),
    );
    if (last === undefined) return null;
    const skipped = last.gpa < start ? start - last.gpa : 0n;
    const gpa = last.gpa + skipped;
    const stop = last.gpa + BigInt(last.length);
    const length = Number((stop < end ? stop : end) - gpa);
    return { ...last, gpa, iova: last.iova + skipped, length };
  }

  #spyPorts(): void {
    // oxlint-disable-next-line typescript/unbound-method -- each is called on its own object
    const { write, writeU16, writeU32 } = DmaPort.prototype;
    const endpointOf = (port: DmaPort): number => this.#endpoints.get(port) ?? -1;
    const enter = (port: DmaPort, high: number, low: number, go: () => void): void => {
      this.#current = { endpoint: endpointOf(port), iova: joinWords(high, low), done: 0 };
      try {
        go();
      } finally {
        this.#current = undefined;
      }
    };
    vi.spyOn(DmaPort.prototype, 'write').mockImplementation(function (
      this: DmaPort,
      high,
      low,
      source,
    ) {
      enter(this, high, low, () => write.call(this, high, low, source));
    });
    vi.spyOn(DmaPort.prototype, 'writeU16').mockImplementation(function (
      this: DmaPort,
      high,
      low,
      value,
    ) {
      enter(this, high, low, () => writeU16.call(this, high, low, value));
    });
    vi.spyOn(DmaPort.prototype, 'writeU32').mockImplementation(function (
      this: DmaPort,
      high,
      low,
      value,
    ) {
      enter(this, high, low, () => writeU32.call(this, high, low, value));
    });
  }

  #spyMemory(): void {
    // oxlint-disable-next-line typescript/unbound-method -- each is called on its own object
    const { write, writeU16, writeU32 } = GuestMemory.prototype;
    const take = (low: number, length: number): void => this.#take(low, length);
    vi.spyOn(GuestMemory.prototype, 'write').mockImplementation(function (
      this: GuestMemory,
      high,
      low,
      source,
    ) {
      write.call(this, high, low, source);
      take(low, source.length);
    });
    vi.spyOn(GuestMemory.prototype, 'writeU16').mockImplementation(function (
      this: GuestMemory,
      high,
      low,
      value,
    ) {
      writeU16.call(this, high, low, value);
      take(low, 2);
    });
    vi.spyOn(GuestMemory.prototype, 'writeU32').mockImplementation(function (
      this: GuestMemory,
      high,
      low,
      value,
    ) {
      writeU32.call(this, high, low, value);
      take(low, 4);
    });
  }

  #take(address: number, length: number): void {
    const { endpoint = null, iova = BigInt(address), done = 0 } = this.#current ?? {};
    if (this.#current !== undefined) this.#current.done += length;
    const { sequence, tick } = this.#guest.past.place;
    const { instructions } = this.#guest;
    this.#writes.push({
      endpoint,
      iova: iova + BigInt(done),
      gpa: BigInt(address),
      length,
      sequence,
      tick,
      instructions,
    });
  }
}
