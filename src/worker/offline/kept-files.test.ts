import { beforeEach, describe, expect, it } from 'vitest';
import { KeptFiles, type BuildFiles, type FileCaches } from './kept-files.ts';

const SCOPE = 'https://host.example/a/b/';
const OLD: BuildFiles = {
  id: 'old',
  start: ['assets/index-1.js', 'assets/v86.wasm'],
  soon: [],
  later: [],
};
const NEW: BuildFiles = {
  id: 'new',
  start: ['assets/index-2.js', 'assets/v86.wasm'],
  soon: ['assets/dialog-2.js', 'table.json'],
  later: ['assets/bzImage'],
};
const PAGE_OF = ({ start }: BuildFiles) => `<script src="./${start[0]}">`;

/** A browser's caches, in order of their making; a full one takes nothing. */
class FakeCaches implements FileCaches {
  readonly stores = new Map<string, Map<string, Response>>();
  isFull = false;

  async open(name: string) {
    const store = this.stores.get(name) ?? new Map<string, Response>();
    this.stores.set(name, store);
    const put = async (url: string, response: Response) => {
      if (this.isFull) throw new DOMException('no room', 'QuotaExceededError');
      store.set(url, response);
    };
    const match = async (url: string) => store.get(url)?.clone();
    return { put, match };
  }

  async match(url: string): Promise<Response | undefined> {
    return [...this.stores.values()]
      .find((store) => store.has(url))
      ?.get(url)
      ?.clone();
  }

  async keys() {
    return [...this.stores.keys()];
  }

  async delete(name: string) {
    return this.stores.delete(name);
  }

  /** What the caches of a build hold, from the folder of the page. */
  paths(id: string): readonly string[] {
    return [...(this.stores.get(`viommu ${SCOPE} ${id}`)?.keys() ?? [])].map((url) =>
      url.slice(SCOPE.length),
    );
  }
}

let caches: FakeCaches;
/** What the server has. */
let server: Map<string, string>;
let asked: string[];
let isPatient: boolean;

const fetchFile = async (url: string): Promise<Response> => {
  const path = url.slice(SCOPE.length);
  asked.push(path);
  const text = server.get(path);
  return new Response(text ?? 'none', { status: text === undefined ? 404 : 200 });
};

function filesOf(build: BuildFiles): KeptFiles {
  return new KeptFiles(build, {
    caches,
    fetch: fetchFile,
    scope: SCOPE,
    patience: () => (isPatient ? new Promise(() => undefined) : Promise.resolve()),
  });
}

function deploy(build: BuildFiles): void {
  server = new Map(
    [...build.start, ...build.soon, ...build.later].map((path) => [path, `${build.id} ${path}`]),
  );
  server.set('', PAGE_OF(build));
}

async function textOf(answer: Promise<Response> | undefined): Promise<string | undefined> {
  return answer?.then((response) => response.text());
}

const visit = { url: `${SCOPE}?at=12#console`, method: 'GET', mode: 'navigate' } as const;
const assetAt = (path: string) => ({ url: SCOPE + path, method: 'GET', mode: 'cors' }) as const;
const fromServer = (path: string) => () => fetchFile(SCOPE + path);
const noNetwork = () => Promise.reject(new TypeError('no network'));

beforeEach(() => {
  caches = new FakeCaches();
  asked = [];
  isPatient = true;
  deploy(OLD);
});

describe('the files of the page', () => {
  it('are kept with the page, and answer without a network', async () => {
    const files = filesOf(OLD);
    await files.install();
    expect(caches.paths('old')).toEqual(['', ...OLD.start]);
    expect(await textOf(files.answer(visit, noNetwork))).toBe(PAGE_OF(OLD));
    const asset = files.answer(assetAt('assets/v86.wasm'), noNetwork);
    expect(await textOf(asset)).toBe('old assets/v86.wasm');
  });

  it('are never asked for again, but the page is at each visit', async () => {
    const files = filesOf(OLD);
    await files.install();
    asked = [];
    await files.answer(assetAt('assets/v86.wasm'), fromServer('assets/v86.wasm'));
    expect(asked).toEqual([]);
    deploy(NEW);
    expect(await textOf(files.answer(visit, fromServer('')))).toBe(PAGE_OF(NEW));
  });

  it('show the kept page when the network says nothing for too long, or has trouble', async () => {
    const files = filesOf(OLD);
    await files.install();
    const trouble = async () => new Response('busy', { status: 503 });
    expect(await textOf(files.answer(visit, trouble))).toBe(PAGE_OF(OLD));
    isPatient = false;
    const silent = (): Promise<Response> => new Promise(() => undefined);
    expect(await textOf(files.answer(visit, silent))).toBe(PAGE_OF(OLD));
  });

  it('of a power cycle are kept once they were fetched, and taken over by the next build', async () => {
    deploy(NEW);
    const first = filesOf({ ...NEW, id: 'first' });
    await first.install();
    expect(caches.paths('first')).not.toContain('assets/bzImage');
    await first.answer(assetAt('assets/bzImage'), fromServer('assets/bzImage'));
    asked = [];
    const files = filesOf(NEW);
    await files.install();
    expect(asked).toEqual(['']);
    const kernel = files.answer(assetAt('assets/bzImage'), noNetwork);
    expect(await textOf(kernel)).toBe('new assets/bzImage');
  });

  it('that are opened later are kept when there is time, each once', async () => {
    deploy(NEW);
    const files = filesOf(NEW);
    await files.install();
    await files.keepRest();
    asked = [];
    await files.keepRest();
    expect(asked).toEqual([]);
    const dialog = files.answer(assetAt('assets/dialog-2.js'), noNetwork);
    expect(await textOf(dialog)).toBe('new assets/dialog-2.js');
    // Without a hash in its name it may have changed
    const table = assetAt('table.json');
    expect(await textOf(files.answer(table, noNetwork))).toBe('new table.json');
    server.set('table.json', 'newer');
    expect(await textOf(files.answer(table, fromServer('table.json')))).toBe('newer');
    server.clear();
    await filesOf({ ...NEW, id: 'newer', soon: ['assets/gone.js'] }).keepRest();
  });

  it('of the build before stay for a page that is open, older ones go', async () => {
    await filesOf({ ...OLD, id: 'older' }).install();
    await filesOf(OLD).install();
    await (await caches.open('somebody else')).put('x', new Response());
    await (await caches.open('viommu https://host.example/ other')).put('x', new Response());
    deploy(NEW);
    const files = filesOf(NEW);
    await files.install();
    await files.activate();
    expect(await caches.keys()).toEqual([
      `viommu ${SCOPE} old`,
      'somebody else',
      'viommu https://host.example/ other',
      `viommu ${SCOPE} new`,
    ]);
    const script = files.answer(assetAt('assets/index-1.js'), noNetwork);
    expect(await textOf(script)).toBe('old assets/index-1.js');
  });

  it('are not kept by halves', async () => {
    server.delete('assets/v86.wasm');
    await expect(filesOf(OLD).install()).rejects.toThrow('assets/v86.wasm: 404');
    deploy(OLD);
    caches.isFull = true;
    await expect(filesOf(OLD).install()).rejects.toThrow('no room');
    caches.isFull = false;
    deploy(NEW);
    await expect(filesOf(OLD).install()).rejects.toThrow('of another build');
    expect(await caches.keys()).toEqual([]);
  });

  it('come from the server when they can not be kept', async () => {
    const files = filesOf(NEW);
    deploy(NEW);
    await files.install();
    caches.isFull = true;
    const kernel = files.answer(assetAt('assets/bzImage'), fromServer('assets/bzImage'));
    expect(await textOf(kernel)).toBe('new assets/bzImage');
    expect(caches.paths('new')).not.toContain('assets/bzImage');
    caches.match = () => Promise.reject(new DOMException('blocked', 'SecurityError'));
    const core = files.answer(assetAt('assets/v86.wasm'), fromServer('assets/v86.wasm'));
    expect(await textOf(core)).toBe('new assets/v86.wasm');
  });

  it('a file that the server does not have is told, and not kept', async () => {
    const files = filesOf(OLD);
    const missing = await files.answer(assetAt('assets/gone'), fromServer('assets/gone'));
    expect(missing?.status).toBe(404);
    expect(caches.paths('old')).toEqual([]);
  });

  it.each([
    ['another page', { ...visit, url: `${SCOPE}examples/embed.html` }],
    ['another folder', assetAt('licenses/LICENSE.txt')],
    ['another server', { ...assetAt(''), url: 'https://other.example/assets/x.js' }],
    ['something sent', { ...assetAt('assets/v86.wasm'), method: 'POST' }],
  ])('leave %s alone', (_what, request) => {
    expect(filesOf(OLD).answer(request, noNetwork)).toBeUndefined();
  });

  it('know the script of their own build', () => {
    expect(filesOf(OLD).isOwnScript(`${SCOPE}assets/index-1.js`)).toBe(true);
    expect(filesOf(NEW).isOwnScript(`${SCOPE}assets/index-1.js`)).toBe(false);
  });
});
