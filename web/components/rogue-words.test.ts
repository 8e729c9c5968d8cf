import { describe, expect, it } from 'vitest';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import { rogueWords } from './rogue-words.ts';

const WRITE: RogueRequest = {
  endpoint: 4098,
  address: 0xfee0_0000n,
  access: 'write',
  length: 4,
};

type Completed = Extract<RogueResult, { readonly outcome: 'completed' }>;

function through(overrides: Partial<Completed>): RogueResult {
  const bytes = new Uint8Array(4).fill(0x5a);
  return { outcome: 'completed', bytes, isBypass: false, region: null, ...overrides };
}

describe('what is said of an access that was let through', () => {
  it('names the window for interrupts, which Linux has not mapped and which is no memory', () => {
    const { verdict, text } = rogueWords('translated', WRITE, through({ region: 'msi' }));
    expect(verdict).toBe('Sent as an interrupt:');
    expect(text).toMatch(/window for interrupt messages \(MSI\).*It is not memory\.$/);
    expect(text).not.toContain('mapped');
  });

  it.each([
    ['a mapping', through({}), 'The IOMMU allows what Linux has mapped'],
    ['an identity region', through({ region: 'identity' }), 'needs no mapping'],
    ['bypass', through({ isBypass: true }), 'Nothing was checked (bypass)'],
  ])('says that it was %s', (_what, result, words) => {
    expect(rogueWords('translated', WRITE, result).text).toContain(`4 × 0x5a at`);
    expect(rogueWords('translated', WRITE, result).text).toContain(words);
  });
});
