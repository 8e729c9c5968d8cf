// The past of the guest in a page, and its IOMMU: asked through the page.

import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { Mapping } from '../iommu/store/mapping-store.ts';
import type { BranchInfo, Place } from '../machine/timeline/place.ts';
import type { Registers } from '../machine/v86/register-values.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import { ask, type DrivenPage } from './driven-page.ts';
import type { IommuView, PastView } from './guest.ts';

/** The IOMMU of the guest in a page. */
export class PageIommu implements IommuView {
  readonly #page: DrivenPage;

  constructor(page: DrivenPage) {
    this.#page = page;
  }

  /** Endpoints and domains now. Rejects with `Error` on a machine without an IOMMU. */
  async state(): Promise<IommuState> {
    const { state } = await ask(this.#page, 'moment');
    if (state === null) {
      throw new Error('this machine has no IOMMU: it was booted with iommu "off"');
    }
    return state;
  }

  /** Every mapping of a domain in IOVA order; none of an unknown or a bypass domain. */
  mappings(domain: number): Promise<readonly Mapping[]> {
    return ask(this.#page, 'mappings', domain);
  }

  /** The latest events (16384 at most) on the way to where the guest stands, oldest first. */
  get events(): Promise<readonly RecordedEvent[]> {
    return ask(this.#page, 'events');
  }
}

/** The past of the guest in a page. */
export class PagePast implements PastView {
  readonly #page: DrivenPage;
  readonly #onArrive: () => Promise<void>;

  /** `onArrive` is called when the guest stands somewhere else. */
  constructor(page: DrivenPage, onArrive: () => Promise<void>) {
    this.#page = page;
    this.#onArrive = onArrive;
  }

  get place(): Promise<Place> {
    return ask(this.#page, 'place');
  }

  get registers(): Promise<Registers> {
    return ask(this.#page, 'registers');
  }

  get branches(): Promise<readonly BranchInfo[]> {
    return ask(this.#page, 'branches');
  }

  async goTo(sequence: number, branch?: number): Promise<Place> {
    const place = await ask(this.#page, 'goTo', sequence, branch);
    await this.#onArrive();
    return place;
  }

  async toEnd(branch?: number): Promise<Place> {
    const place = await ask(this.#page, 'toEnd', branch);
    await this.#onArrive();
    return place;
  }

  drop(branch: number): Promise<void> {
    return ask(this.#page, 'drop', branch);
  }

  /** The session so far as the bytes of a recording, which `viommu replay` and `GuestPast.replay` repeat. */
  recording(): Promise<Uint8Array<ArrayBuffer>> {
    return ask(this.#page, 'recording');
  }
}
