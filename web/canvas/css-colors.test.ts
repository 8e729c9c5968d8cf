// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { readColor } from './css-colors.ts';

const root = document.documentElement;

afterEach(() => {
  root.style.removeProperty('--one');
  root.style.removeProperty('--other');
});

describe('a colour of the style sheet', () => {
  it('is read as it is now, with one element in the head and none in the body', () => {
    const changes = new MutationObserver(() => undefined);
    changes.observe(document.body, { childList: true });
    root.style.setProperty('--one', 'rgb(1, 2, 3)');
    root.style.setProperty('--other', 'rgb(4, 5, 6)');
    expect([readColor('--one'), readColor('--other')]).toEqual(['rgb(1, 2, 3)', 'rgb(4, 5, 6)']);
    root.style.setProperty('--one', 'rgb(7, 8, 9)');
    expect(readColor('--one')).toBe('rgb(7, 8, 9)');
    expect(document.head.querySelectorAll('span')).toHaveLength(1);
    expect(changes.takeRecords()).toHaveLength(0);
    changes.disconnect();
  });

  it('is the page’s own where the system chooses the colours', () => {
    readColor('--one');
    const probe = document.head.querySelector('span');
    expect(probe?.style.getPropertyValue('forced-color-adjust')).toBe('none');
  });

  it('is read again after the head was emptied', () => {
    root.style.setProperty('--one', 'rgb(1, 2, 3)');
    readColor('--one');
    document.head.replaceChildren();
    expect(readColor('--one')).toBe('rgb(1, 2, 3)');
  });
});
