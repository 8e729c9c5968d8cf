// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { describe, expect, it } from 'vitest';
import { PausedNote } from './paused-note.tsx';

describe('the note of a paused PC', () => {
  it.each([
    ['', 0, 'Paused. What you type is kept until you resume.'],
    ['l', 0, 'Paused. 1 character waits to be sent.'],
    ['ls\r', 0, 'Paused. 3 characters wait to be sent.'],
    [
      'ls\r',
      70_000,
      'Paused. 3 characters wait to be sent. The last 70,000 were too many to keep: resume, then paste them again.',
    ],
  ])('says of %j, with %i refused: %s', (queued, refused, words) => {
    const root = document.createElement('div');
    render(
      <PausedNote
        status={signal('paused')}
        past={signal(null)}
        queuedInput={signal(queued)}
        refusedInput={signal(refused)}
        onResume={() => undefined}
        onReturn={() => undefined}
      />,
      root,
    );
    expect(root.querySelector('span')?.textContent).toBe(words);
  });
});
