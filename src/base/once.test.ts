import { expect, it } from 'vitest';
import { Once } from './once.ts';

it('makes one thing, however often it is asked for', async () => {
  let count = 0;
  const once = new Once(async () => ++count);
  await expect(Promise.all([once.get(), once.get()])).resolves.toEqual([1, 1]);
  await expect(once.get()).resolves.toBe(1);
});

it('tries again after a failure', async () => {
  let count = 0;
  const once = new Once(async () => {
    count += 1;
    if (count === 1) throw new Error('not yet');
    return count;
  });
  await expect(once.get()).rejects.toThrow('not yet');
  await expect(once.get()).resolves.toBe(2);
});
