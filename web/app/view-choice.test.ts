import { describe, expect, it } from 'vitest';
import { viewOf } from './view-choice.ts';

describe('the view', () => {
  it.each([
    [null, null, 'see'],
    [null, 'inspect', 'inspect'],
    ['inspect', null, 'inspect'],
    ['see', 'inspect', 'see'],
    ['banana', 'inspect', 'see'],
    ['', null, 'see'],
  ] as const)('asked for as %s, with %s chosen before, is %s', (asked, kept, view) => {
    expect(viewOf(asked, kept)).toBe(view);
  });
});
