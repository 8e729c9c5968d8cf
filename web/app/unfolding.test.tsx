// @vitest-environment happy-dom

import { render } from 'preact';
import { expect, it } from 'vitest';
import { nextTask } from '../next-task.ts';
import { Part, Unfolding, UNFOLDED } from './unfolding.tsx';

/** More tasks than parts. */
const TASKS = 20;

it('shows one part after the other, each in a task of its own', async () => {
  const root = document.createElement('main');
  const unfolding = new Unfolding();
  const { shown } = unfolding;
  const parts = [1, 2, 3].map((at) => (
    <Part key={at} at={at} shown={shown}>
      <p>{at}</p>
    </Part>
  ));
  render(parts, root);
  const texts: (string | null)[] = [root.textContent];
  const done = unfolding.unfold(parts.length);
  for (let task = 0; task < TASKS; task += 1) {
    await nextTask();
    texts.push(root.textContent);
  }
  await done;
  expect([...new Set(texts)]).toEqual(['', '1', '12', '123']);
});

it('shows all of a page that does not unfold', () => {
  const root = document.createElement('main');
  render(
    <Part at={5} shown={UNFOLDED}>
      <p>here</p>
    </Part>,
    root,
  );
  expect(root.textContent).toBe('here');
});
