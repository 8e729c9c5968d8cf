// The page's address: what a person looks at, so that a link and the browser's way back lead there. Each part of the page that
// is to be in a link adds what it has.

import type { Emitter } from '../../../src/base/emitter.ts';
import type { Move } from './move.ts';
import { isOfLaterPage, upgradeParameters, VERSION, VERSION_NAME } from './version.ts';

/** Browsers refuse many changes in a short time, and scrubbing makes one a frame. */
const SETTLE_MS = 250;

/** What is used of a window. */
export type AddressWindow = Pick<
  Window,
  'location' | 'history' | 'addEventListener' | 'setTimeout' | 'clearTimeout'
>;

/** One parameter of the address. */
export interface AddressPart {
  readonly name: string;
  /** As the address has it; null to leave it out. */
  text(): string | null;
  /** Shows what an address asks for; null where it does not say. Nonsense is what was not said. */
  show(text: string | null): void;
  /** Calls after each choice that the address has to follow. */
  readonly moved: Pick<Emitter<Move>, 'on'>;
}

/** Keeps an address and the parts of the page together. */
export class PageAddress {
  readonly #window: AddressWindow;
  readonly #parts: AddressPart[] = [];
  #timer: number | undefined;

  constructor(window: AddressWindow) {
    this.#window = window;
    window.addEventListener('popstate', () => {
      this.#forgetTimer();
      const parameters = this.#read();
      for (const part of this.#parts) part.show(parameters.get(part.name));
    });
  }

  /** Whether a later page than this one has made the address: some of it may not be understood. */
  get isOfLaterPage(): boolean {
    return isOfLaterPage(new URL(this.#window.location.href).searchParams);
  }

  /** Shows what the address says of a part, and keeps both together from now on. */
  add(part: AddressPart): void {
    this.#parts.push(part);
    part.show(this.#read().get(part.name));
    part.moved.on((move) => this.#follow(move));
  }

  /** The address of what is looked at, with other texts for some of the parts. */
  link(others: Readonly<Record<string, string | null>> = {}): string {
    const url = new URL(this.#window.location.href);
    url.search = this.#read().toString();
    for (const part of this.#parts) put(url.searchParams, part.name, part.text());
    for (const [name, text] of Object.entries(others)) put(url.searchParams, name, text);
    const hasParts = this.#parts.some(({ name }) => url.searchParams.has(name));
    put(url.searchParams, VERSION_NAME, hasParts ? String(VERSION) : null);
    return url.href;
  }

  #read(): URLSearchParams {
    return upgradeParameters(new URL(this.#window.location.href).searchParams);
  }

  #follow(move: Move): void {
    if (move === 'replace') {
      this.#timer ??= this.#window.setTimeout(() => this.#settle(), SETTLE_MS);
      return;
    }
    this.#forgetTimer();
    this.#go('pushState');
  }

  #settle(): void {
    this.#timer = undefined;
    this.#go('replaceState');
  }

  #go(how: 'pushState' | 'replaceState'): void {
    const address = this.link();
    if (address === this.#window.location.href) return;
    try {
      this.#window.history[how](null, '', address);
    } catch {
      // Browsers refuse more than about a hundred changes in half a minute: the next one that they take has them all.
    }
  }

  #forgetTimer(): void {
    this.#window.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function put(parameters: URLSearchParams, name: string, text: string | null): void {
  if (text === null) parameters.delete(name);
  else parameters.set(name, text);
}
