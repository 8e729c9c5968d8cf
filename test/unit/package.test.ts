// What `npm pack` puts together: all that a user needs, nothing else, and the same every time.

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const NOT_COPIED = ['.git', 'node_modules', 'dist', 'coverage', join('wasm', 'build')];

/** Of a build of everything before, and of a source that is gone. */
const LEFT_OVER = [
  'dist/web/assets/bzImage-1.bin',
  'dist/page/assets/index-1.js',
  'dist/src/deleted.js',
  'dist/test/bench/bench.js',
  'wasm/build/store.js',
];
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** A net: the build ends by itself. */
const BUILD_MS = 120_000;

interface Package {
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

const copy = mkdtempSync(join(tmpdir(), 'viommu-pack-'));
let packed: Package;
let paths: readonly string[];

function pack(): Package {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--silent'], {
    cwd: copy,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Its own scripts may print before it.
  const [result] = JSON.parse(text.slice(text.indexOf('[\n')));
  return result;
}

function put(path: string, text: string): void {
  mkdirSync(join(copy, dirname(path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}

function bytesOf(path: string): Buffer {
  return readFileSync(join(copy, path));
}

function textOf(path: string): string {
  return bytesOf(path).toString();
}

function isShipped(path: string): boolean {
  const plain = normalize(path);
  return paths.some((each) => each === plain || each.startsWith(`${plain}/`));
}

/** Every path that `pattern` finds in a text file, from the root of the package. */
function targets(path: string, pattern: RegExp): readonly string[] {
  return [...textOf(path).matchAll(pattern)].map(([, target = '']) => join(dirname(path), target));
}

beforeAll(() => {
  cpSync(ROOT, copy, {
    recursive: true,
    filter: (source) => !NOT_COPIED.includes(relative(ROOT, source)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const path of LEFT_OVER) put(path, 'export {};');
  packed = pack();
  paths = packed.files.map(({ path }) => path);
}, BUILD_MS);
afterAll(() => rmSync(copy, { recursive: true }));

describe('the package', () => {
  it('is made of the sources, whatever was left over in the tree', () => {
    execFileSync(process.execPath, [TSC, '-b', join(ROOT, 'src', 'tsconfig.node.json')]);
    const built = paths.filter((path) => path.startsWith('dist/src/'));
    const others = built.filter((path) => !readFileSync(join(ROOT, path)).equals(bytesOf(path)));
    expect(others).toEqual([]);
    expect(LEFT_OVER.filter((path) => paths.includes(path))).toEqual([]);
  });

  it('has no tests, no build infos, no page but its own', () => {
    expect(
      paths.filter((path) => /\.test\.|tsbuildinfo|^test\/|^dist\/(?:test|web)/.test(path)),
    ).toEqual([]);
  });

  it('has each file of some size once', () => {
    const hashes = packed.files
      .filter(({ size }) => size > 30_000)
      .map(({ path }) => createHash('sha256').update(bytesOf(path)).digest('hex'));
    expect(hashes.length).toBeGreaterThan(5);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('has the sources of its source maps in them', () => {
    const maps = paths.filter((path) => path.endsWith('.map'));
    expect(maps).toContain('dist/src/cli/viommu.js.map');
    for (const path of maps) {
      const { sources, sourcesContent } = JSON.parse(textOf(path));
      expect(sourcesContent, path).toHaveLength(sources.length);
    }
  });

  it('has what its commands and exports are', () => {
    const { bin, exports } = JSON.parse(textOf('package.json'));
    const wanted = [bin, exports].flatMap(function leaves(value: unknown): readonly string[] {
      return typeof value === 'string' ? [value] : Object.values(Object(value)).flatMap(leaves);
    });
    expect(wanted).toContain('./src/cli/boot/boot-report.schema.json');
    expect(wanted.filter((path) => !isShipped(path))).toEqual([]);
  });

  it('has every module that its modules import', () => {
    const modules = paths.filter((path) => /\.(?:js|d\.ts)$/.test(path));
    const missing = modules.flatMap((path) =>
      targets(path, /(?:from|import\()\s*'(\.[^']+)'/g).filter((target) => {
        const module = path.endsWith('.d.ts') ? target.replace(/\.(?:js|ts)$/, '.d.ts') : target;
        return !isShipped(module);
      }),
    );
    expect(modules.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it('links to nothing that is not in it', () => {
    const documents = paths.filter((path) => path.endsWith('.md'));
    expect(documents).toContain('README.md');
    const missing = documents.flatMap((path) =>
      targets(path, /\]\((?!https?:|#)([^)#]+)/g).filter((target) => !isShipped(target)),
    );
    expect(missing).toEqual([]);
  });

  it('has no script that an installation warns of', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const ran = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(ran.filter((name) => Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('can say what it is', () => {
    expect(existsSync(join(copy, 'dist', 'src', 'cli', 'viommu.js'))).toBe(true);
    const said = execFileSync(process.execPath, ['dist/src/cli/viommu.js', '--version'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect(said).toBe(`${JSON.parse(textOf('package.json')).version}\n`);
  });

  it('serves its page, with the parts of the machine from where they are', async () => {
    const command = ['dist/src/cli/viommu.js', 'serve', '--port', '0'];
    const child = spawn(process.execPath, command, {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    try {
      const [said] = await once(child.stdout, 'data');
      const url = /http:\S+/.exec(String(said))?.[0];
      const get = async (path: string): Promise<Response> => fetch(new URL(path, url));
      const page = await get('./');
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(await page.text()) ?? [];
      const parts = [...(await (await get(script)).text()).matchAll(/`\.\.\/(files\/[^`]+)`/g)];
      expect(parts.map(([, path]) => path)).toContain('files/v86.wasm');
      for (const [, path = ''] of parts.filter(([, each]) => each !== 'files/guest.snapshot')) {
        expect((await get(path)).status, path).toBe(200);
      }
      const licence = await get('licenses/LICENSES/GPL-2.txt');
      expect(await licence.text()).toBe(textOf('guest-images/LICENSES/GPL-2.txt'));
    } finally {
      child.kill('SIGINT');
    }
    expect(await ended).toEqual([130, null]);
  });
});
