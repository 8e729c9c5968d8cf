import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { V86 } from 'v86';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { TESTED_V86_VERSION, v86Internals } from './v86-internals.ts';
import { findMissingInternal, REQUIRED } from './v86-required.ts';

let real: V86;

beforeAll(async () => {
  ({ v86: real } = await stoppedEmulator());
});

/** A view of `value` in which what lies at `path` is replaced. */
function withReplaced(value: object, [key, ...rest]: readonly string[], by: unknown): object {
  return new Proxy(value, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (name !== key) return found;
      if (rest.length === 0) return by;
      return typeof found === 'object' && found !== null ? withReplaced(found, rest, by) : found;
    },
  });
}

describe('v86Internals', () => {
  it('finds everything in the installed v86', () => {
    expect(findMissingInternal(real)).toBeUndefined();
    expect(v86Internals(real).cpu.memory_size.length).toBeGreaterThan(0);
  });

  it('was tested with the version that package.json pins', () => {
    const manifest: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'),
    );
    expect(manifest).toMatchObject({ dependencies: { v86: TESTED_V86_VERSION } });
  });

  describe.each(REQUIRED.map(([path]) => path))('%s', (path) => {
    it.each([
      ['missing', undefined],
      ['null', null],
      ['of another type', Symbol('other')],
    ])('is named when it is %s', (_what, by) => {
      expect(findMissingInternal(withReplaced(real, path.split('.'), by))).toBe(path);
    });
  });

  it('tells which internal is missing and what to install', () => {
    expect(() => v86Internals(Object.create(V86.prototype))).toThrow(
      `This v86 has no 'v86.cpu.mem8', which the machine needs. Install v86 ${TESTED_V86_VERSION}, the version it was tested with.`,
    );
  });
});
