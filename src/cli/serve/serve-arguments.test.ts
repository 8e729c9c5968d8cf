import { expect, it } from 'vitest';
import { parseServeArguments } from './serve-arguments.ts';

it('serves to this computer only, unless told otherwise', () => {
  expect(parseServeArguments([])).toEqual({ port: 8086, host: '127.0.0.1', isHelp: false });
  expect(parseServeArguments(['--port', '0', '--host', '0.0.0.0'])).toMatchObject({
    port: 0,
    host: '0.0.0.0',
  });
});

it.each([
  [['--port', '65536'], '--port takes a number from 0 to 65535, not "65536".'],
  [['--port', 'http'], '--port takes a number from 0 to 65535, not "http".'],
  [['--prot', '1'], 'Did you mean --port?'],
  [['8086'], '"8086" belongs to no option.'],
])('refuses %j', (words, sentence) => {
  expect(() => parseServeArguments(words)).toThrow(sentence);
});
