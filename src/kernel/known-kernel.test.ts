import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { profileOf } from './kernel-profile.ts';
import { knownCode, knownKernel } from './known-kernel.ts';
import { readPackedSymbols } from './packed-symbols.ts';

const IMAGES = join(import.meta.dirname, '..', '..', 'guest-images');
const KERNEL = createHash('sha256')
  .update(readFileSync(join(IMAGES, 'bzImage')))
  .digest('hex');
const PACKED = gunzipSync(readFileSync(join(IMAGES, 'kernel-symbols.gz'))).toString('latin1');

describe('the kernel of guest-images', () => {
  it('has the profile that its symbols tell', () => {
    const result = readPackedSymbols(PACKED, KERNEL);
    const symbols = 'symbols' in result ? result.symbols : undefined;
    expect(symbols?.count).toBeGreaterThan(20_000);
    expect(symbols && profileOf(symbols)).toEqual(knownKernel(KERNEL));
    expect(symbols?.at(symbols.addressOf('viommu_map_pages') ?? 0)?.name).toBe('viommu_map_pages');
  });

  it('has its code where it has its functions, 3 GiB below their linear addresses', () => {
    const result = readPackedSymbols(PACKED, KERNEL);
    const symbols = 'symbols' in result ? result.symbols : undefined;
    const physical = (name: string): number => (symbols?.addressOf(name) ?? 0) - 0xc000_0000;
    expect(knownCode(KERNEL)).toEqual({ start: physical('_text'), end: physical('_etext') - 1 });
  });

  it('is the only one that is known', () => {
    expect(knownCode(KERNEL.replace(/^./, 'x'))).toBeUndefined();
    expect(knownKernel(KERNEL.replace(/^./, 'x'))).toBeUndefined();
  });
});
