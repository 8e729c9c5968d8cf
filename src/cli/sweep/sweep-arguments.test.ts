import { expect, it } from 'vitest';
import { BLOCK_ENDPOINT, NET_ENDPOINT } from '../../machine/plan/topology.ts';
import { parseSweepArguments } from './sweep-arguments.ts';

it('sweeps at four stages unless it is told when', () => {
  expect(parseSweepArguments([]).stages).toEqual(['iommu', 'userspace', 'ready', 'load']);
});

it('takes stages in the order of a life, each once, and endpoints by name or ID', () => {
  const words = ['--at', 'load,kernel', '--at', 'kernel', '--endpoints', 'virtio-blk,0x50'];
  expect(parseSweepArguments(words)).toMatchObject({
    stages: ['kernel', 'load'],
    endpoints: [BLOCK_ENDPOINT, NET_ENDPOINT],
  });
});

it('takes a machine as boot does', () => {
  const words = [
    '--edu',
    'on',
    '--memory',
    '256',
    '--share',
    'built',
    '--resv',
    'edu:0-0xfff:reserved',
  ];
  expect(parseSweepArguments(words)).toMatchObject({
    choices: { endpoints: { edu: true }, memoryMiB: 256 },
    sharePath: 'built',
  });
});

it.each([
  [['--at', 'redy'], 'Did you mean ready?'],
  [['--at', ''], '--at takes stages'],
  [['--endpoints', 'disk'], 'There is no endpoint "disk"'],
  [['--boot-bypass', 'yes'], 'takes on or off'],
  [['--iommu', 'off'], 'there is nothing to sweep'],
  [['--edu', 'yes'], '--edu takes on or off'],
  [['--run', 'ls'], 'There is no option --run'],
  [['ready'], 'separated by commas'],
])('refuses %j', (words, message) => {
  expect(() => parseSweepArguments(words)).toThrow(message);
});
