import { expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { parseTraceArguments } from './trace-arguments.ts';

it.each([
  ['f', { kind: 'list' }],
  ['f --at 12', { kind: 'at', sequence: 12 }],
  ['f --explain 7', { kind: 'explain', sequence: 7 }],
  ['f --explain all', { kind: 'explain', sequence: 'all' }],
  ['f --lifetimes', { kind: 'lifetimes' }],
  ['f --stats --json', { kind: 'stats' }],
  ['f --filter refused --explain all', { kind: 'explain', sequence: 'all' }],
  ['f --follow --filter refused', { kind: 'list' }],
  ['f --no-marks --json', { kind: 'list' }],
  ['f --format jsonl -o out', { kind: 'format', format: 'jsonl' }],
  ['f --format csv', { kind: 'format', format: 'csv' }],
])('asks "%s"', (words, question) => {
  expect(parseTraceArguments(words.split(' '))).toMatchObject({ file: 'f', question });
});

it.each([
  ['', /Which trace\?/],
  ['--stats', /Which trace\?/],
  ['f g', /Give one trace, first/],
  ['f --at x', /--at takes the number of an event, not "x"/],
  ['f --explain some', /number of an event, or all, not "some"/],
  ['f --at 1 --stats', /--at and --stats are two questions/],
  ['f --format perl', /There are viommu, jsonl, csv, chrome/],
  ['f --stats -o out', /--output is for --format/],
  ['f --at 1 --filter refused', /--filter chooses the events to list/],
  ['f --explain 7 --filter refused', /--filter chooses the events to list/],
  ['f --stats --follow', /--follow lists events/],
  ['f --stats --no-marks', /--no-marks is for the list/],
  ['f --explane 3', /Did you mean --explain/],
])('refuses "%s" in words', (words, message) => {
  const parse = (): unknown => parseTraceArguments(words.split(' ').filter((word) => word !== ''));
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(message);
});
