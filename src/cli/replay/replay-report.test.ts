import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from '../../../test/support/json-schema.ts';
import { BLOCK_ENDPOINT } from '../../machine/plan/topology.ts';
import { UsageError } from '../usage-error.ts';
import { parseReplayArguments } from './replay-arguments.ts';
import { lastWriteSentence, replayReport } from './replay-report.ts';

const SCHEMA: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, 'replay-result.schema.json'), 'utf8'),
);
const RESULT = {
  identical: true,
  digest: '5a'.repeat(32),
  events: 400,
  instructions: 123_456,
  firstDifference: null,
};
const WRITE = {
  endpoint: BLOCK_ENDPOINT,
  iova: 0xfff0_0200n,
  gpa: 0x123_4200n,
  length: 512,
  sequence: 399,
  tick: 812,
  instructions: 120_000,
};
const GPA = 0x123_4abcn;

describe('the last write', () => {
  it('is told in a sentence', () => {
    expect(lastWriteSentence({ gpa: GPA, write: WRITE })).toBe(
      'The last DMA to page 0x1234000: virtio-blk wrote 512 bytes at 0x1234200 (IOVA 0xfff00200) after event 399, in tick 812, at instruction 120000.',
    );
    expect(
      lastWriteSentence({
        gpa: GPA,
        write: { ...WRITE, endpoint: null, iova: WRITE.gpa, length: 1 },
      }),
    ).toMatch(/: the IOMMU itself wrote 1 byte at 0x1234200 after event 399/);
    expect(lastWriteSentence({ gpa: GPA, write: null })).toBe(
      'No device has written to page 0x1234000 since power on.',
    );
  });

  it.each([
    ['not asked for', undefined],
    ['none', { gpa: GPA, write: null }],
    ['an endpoint’s', { gpa: GPA, write: WRITE }],
    ['the IOMMU’s', { gpa: GPA, write: { ...WRITE, endpoint: null } }],
  ])('in JSON is what the schema says: %s', (_which, answer) => {
    const report: unknown = JSON.parse(JSON.stringify(replayReport(RESULT, answer)));
    expect(schemaProblems(SCHEMA, report)).toEqual([]);
    expect(schemaProblems(SCHEMA, { ...Object(report), more: 1 })).not.toEqual([]);
  });

  it('has its addresses in hexadecimal, and the endpoint by name', () => {
    expect(replayReport(RESULT, { gpa: GPA, write: WRITE })).toMatchObject({
      lastWrite: { endpoint: 4097, name: 'virtio-blk', iova: '0xfff00200', gpa: '0x1234200' },
    });
  });
});

describe('viommu replay --last-write', () => {
  it('takes an address', () => {
    const { lastWrite } = parseReplayArguments(['run.viommu', '--last-write', '0x1234abc']);
    expect(lastWrite).toBe(GPA);
    expect(parseReplayArguments(['run.viommu']).lastWrite).toBeUndefined();
  });

  it('takes nothing else', () => {
    const words = ['run.viommu', '--last-write', 'page 7'];
    expect(() => parseReplayArguments(words)).toThrow(UsageError);
    expect(() => parseReplayArguments(words)).toThrow(/guest-physical address, not "page 7"/);
  });
});
