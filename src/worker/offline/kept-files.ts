// The page's files, kept by the browser, so that the page starts without a network. Files under `assets/` have a hash of what
// they hold in their names: once kept, they are never asked for again. The page itself is asked for at each visit, and taken
// from what is kept when nobody answers: so a new build is there at the next visit.

/** What the build tells of its files; all paths are relative to the page. */
export interface BuildFiles {
  /** Changes with any file. */
  readonly id: string;
  /** What the page needs to start; its own script comes first. */
  readonly start: readonly string[];
  /** What is loaded when it is opened: small, and kept when the page has nothing else to do. */
  readonly soon: readonly string[];
  /** What only a power cycle needs: kept once it was fetched, as it is as large as all the rest. */
  readonly later: readonly string[];
}

/** What is asked for. */
type Asked = Pick<Request, 'url' | 'method' | 'mode'>;

type FileCache = Pick<Cache, 'put' | 'match'>;

/** What is used of a browser's `CacheStorage`. */
export interface FileCaches {
  open(name: string): Promise<FileCache>;
  match(url: string): Promise<Response | undefined>;
  /** The names, in order of their making. */
  keys(): Promise<readonly string[]>;
  delete(name: string): Promise<boolean>;
}

/** What is used of a browser. */
export interface KeepingPorts {
  readonly caches: FileCaches;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** The folder of the page, with a slash at its end. */
  readonly scope: string;
  /** Resolves when a person should not be kept waiting any longer for a network. */
  readonly patience: () => Promise<void>;
}

/** From here on a status says that the server has no page now. */
const SERVER_TROUBLE = 500;
const PAGE = './';
const ASSETS = 'assets/';

export class KeptFiles {
  readonly #build: BuildFiles;
  readonly #ports: KeepingPorts;

  constructor(build: BuildFiles, ports: KeepingPorts) {
    this.#build = build;
    this.#ports = ports;
  }

  /** Whether a page that has come with this script is of this build. */
  isOwnScript(url: string): boolean {
    return this.#build.start.some((path) => this.#url(path) === url);
  }

  /** Keeps all that a start needs. Rejects when it can not: when there is no room, no network, or another build by now. */
  async install(): Promise<void> {
    const { caches, fetch } = this.#ports;
    const cache = await caches.open(this.#name);
    try {
      const page = await fetch(this.#url(PAGE), { cache: 'no-cache' });
      await this.#checkPage(page.clone());
      await cache.put(this.#url(PAGE), page);
      for (const path of this.#build.start) await this.#keep(cache, this.#url(path));
      for (const path of this.#build.later) await this.#keepKept(cache, this.#url(path));
    } catch (error) {
      await caches.delete(this.#name);
      throw error;
    }
  }

  /** Keeps what the page may load when something is opened. Never rejects: what is missing is kept once it was fetched. */
  async keepRest(): Promise<void> {
    try {
      const cache = await this.#ports.caches.open(this.#name);
      for (const path of this.#build.soon) await this.#keep(cache, this.#url(path));
    } catch {
      // No room or no network now: the next visit tries again
    }
  }

  /** Forgets all builds but this one and the one before, which a page that is still open may be of. */
  async activate(): Promise<void> {
    const { caches } = this.#ports;
    const names = await caches.keys();
    const others = names.filter((name) => name.startsWith(this.#prefix) && name !== this.#name);
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  }

  /** What answers a request; undefined for one that is none of our business. `load` asks the network. */
  answer(asked: Asked, load: () => Promise<Response>): Promise<Response> | undefined {
    if (asked.method !== 'GET') return undefined;
    const [url = ''] = asked.url.split(/[?#]/, 1);
    if (asked.mode !== 'navigate') {
      if (url.startsWith(this.#url(ASSETS))) return this.#asset(url, load);
      return this.#isListed(url) ? this.#fresh(url, load) : undefined;
    }
    const isPage = url === this.#url(PAGE) || url === this.#url('index.html');
    return isPage ? this.#fresh(this.#url(PAGE), load) : undefined;
  }

  /** From the network, or as it is kept under this address. */
  async #fresh(url: string, load: () => Promise<Response>): Promise<Response> {
    const fresh = load();
    const reached = fresh.then(
      (response) => (response.status < SERVER_TROUBLE ? response : undefined),
      () => undefined,
    );
    const first = await Promise.race([reached, this.#ports.patience().then(() => undefined)]);
    return first ?? (await this.#kept(url)) ?? fresh;
  }

  async #asset(url: string, load: () => Promise<Response>): Promise<Response> {
    const kept = await this.#kept(url);
    if (kept !== undefined) return kept;
    const response = await load();
    if (response.ok) await this.#keepFetched(url, response.clone());
    return response;
  }

  /** A page that can not keep a file still gets it. */
  async #keepFetched(url: string, response: Response): Promise<void> {
    try {
      const cache = await this.#ports.caches.open(this.#name);
      await cache.put(url, response);
    } catch {
      // No room: it is fetched again the next time
    }
  }

  #isListed(url: string): boolean {
    return this.#build.soon.some((path) => this.#url(path) === url);
  }

  async #kept(url: string): Promise<Response | undefined> {
    try {
      return await this.#ports.caches.match(url);
    } catch {
      return undefined;
    }
  }

  async #keep(cache: FileCache, url: string): Promise<void> {
    if ((await cache.match(url)) !== undefined) return;
    const response = url.startsWith(this.#url(ASSETS))
      ? // The page has just loaded most of them, whatever the server says of their age
        ((await this.#kept(url)) ?? (await this.#ports.fetch(url, { cache: 'force-cache' })))
      : await this.#ports.fetch(url, { cache: 'no-cache' });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    await cache.put(url, response);
  }

  async #keepKept(cache: FileCache, url: string): Promise<void> {
    const kept = await this.#kept(url);
    if (kept !== undefined) await cache.put(url, kept);
  }

  /** A server in the middle of an update gives a page of one build and files of another. */
  async #checkPage(page: Response): Promise<void> {
    const text = await page.text();
    const [script = ''] = this.#build.start;
    if (!page.ok || !text.includes(script)) throw new Error('The page is of another build.');
  }

  #url(path: string): string {
    return new URL(path, this.#ports.scope).href;
  }

  /** Another page of the same server has caches of its own. */
  get #prefix(): string {
    return `viommu ${this.#ports.scope} `;
  }

  get #name(): string {
    return this.#prefix + this.#build.id;
  }
}
