import { expect, it } from 'vitest';
import { parseWindowArguments } from './window-arguments.ts';

it('runs reads of disks and the network unless it is told what', () => {
  expect(parseWindowArguments([]).commands).toHaveLength(3);
  const words = ['--run', 'true', '--run', 'net-ping 1', '--json'];
  expect(parseWindowArguments(words)).toMatchObject({
    commands: ['true', 'net-ping 1'],
    isJson: true,
  });
});

it.each([
  [['disk-read'], 'needs quotes'],
  [['--run'], 'needs a value'],
  [['--at', 'ready'], 'There is no option --at'],
])('refuses %j', (words, message) => {
  expect(() => parseWindowArguments(words)).toThrow(message);
});
