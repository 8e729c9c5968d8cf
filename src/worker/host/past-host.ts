// Takes the machine to where it was, and back.

import type { MachinePast } from '../../machine/machine-past.ts';
import type { BranchInfo, PastApi, Place, Registers, RunDigest } from '../api/past.ts';
import type { MachineLife } from './machine-life.ts';
import type { NewsHost } from './news-host.ts';

export class PastHost implements PastApi {
  readonly #life: MachineLife;
  readonly #news: Pick<NewsHost, 'told'>;

  constructor(life: MachineLife, news: Pick<NewsHost, 'told'>) {
    this.#life = life;
    this.#news = news;
  }

  async place(): Promise<Place> {
    return this.#life.needMachine().past.place;
  }

  async branches(): Promise<readonly BranchInfo[]> {
    return this.#life.needMachine().past.branches;
  }

  async registers(): Promise<Registers> {
    return this.#life.needMachine().registers;
  }

  async digest(): Promise<RunDigest> {
    return this.#life.needMachine().past.digest();
  }

  goTo(sequence: number, branch?: number): Promise<Place> {
    return this.#move((past) => past.goTo(sequence, branch));
  }

  toEnd(branch?: number): Promise<Place> {
    return this.#move((past) => past.toEnd(branch));
  }

  async drop(branch: number): Promise<void> {
    this.#life.needMachine().past.drop(branch);
  }

  async #move(move: (past: MachinePast) => Promise<Place>): Promise<Place> {
    const place = await this.#life.move(this.#life.needMachine(), move);
    await this.#news.told();
    return place;
  }
}
