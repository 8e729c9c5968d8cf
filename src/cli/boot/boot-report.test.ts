import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_TOTALS } from '../../trace/event-totals.ts';
import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import { BLOCK_ENDPOINT, ROGUE_ENDPOINT } from '../../machine/plan/topology.ts';
import { schemaProblems } from '../../../test/support/json-schema.ts';
import { bootReport, type BootOutcome } from './boot-report.ts';
import { summary } from './boot-summary.ts';
import { MAX_LISTED, RunRecord } from './run-record.ts';

const SCHEMA: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, 'boot-report.schema.json'), 'utf8'),
);
const DIGEST = 'ab'.repeat(32);

function recordOf(...events: readonly IommuEvent[]): RunRecord {
  const record = new RunRecord();
  for (const event of events) record.add(event);
  return record;
}

const STARTED: IommuEvent = { kind: 'started', features: 0n, sequence: 1 };
const ATTACHED: IommuEvent = {
  kind: 'attached',
  endpoint: BLOCK_ENDPOINT,
  domain: 1,
  flags: 0,
  status: 0,
  sequence: 2,
};
const REFUSED: IommuEvent = {
  kind: 'mapped',
  domain: 1,
  virtStart: 0x1000n,
  virtEnd: 0x1fffn,
  physStart: 0n,
  flags: 3,
  status: 5,
  sequence: 3,
};
const FAULTED: IommuEvent = {
  kind: 'faulted',
  endpoint: ROGUE_ENDPOINT,
  reason: 2,
  flags: 0x102,
  address: 0xdead_0000n,
  start: 0xdead_0000n,
  length: 4,
  isRing: false,
  domain: 1,
  mappedFlags: null,
  isReported: true,
  sequence: 4,
};

const OUTCOME: BootOutcome = {
  bootMs: 1234.4,
  ranMs: 5000,
  instructions: 7,
  digest: DIGEST,
  totals: { ...NO_TOTALS, attach: 1, map: 1, rejected: 1, faults: 1 },
  record: recordOf(STARTED, ATTACHED, REFUSED, FAULTED),
  state: {
    sequence: 4,
    isBypass: false,
    endpoints: [
      {
        id: BLOCK_ENDPOINT,
        mode: 'attached',
        domain: 1,
        isMaster: true,
        reserved: [],
        translated: 5,
        translatedBytes: 0,
        bypassed: 0,
        bypassedBytes: 0,
        blocked: 1,
        blockedBytes: 0,
      },
    ],
    domains: [],
  },
  rogue: [
    {
      request: { endpoint: ROGUE_ENDPOINT, address: 0xdead_0000n, access: 'write', length: 4 },
      result: { outcome: 'blocked', reason: 2, address: 0xdead_0000n, mappedFlags: null },
    },
    {
      request: { endpoint: ROGUE_ENDPOINT, address: 0n, access: 'read', length: 4 },
      result: { outcome: 'completed', bytes: new Uint8Array(4), isBypass: true, region: null },
    },
  ],
  commands: [{ command: 'true', exitCode: 0, output: '' }],
  failure: undefined,
};

/** A run that ended before there was a machine. */
const NOTHING: BootOutcome = {
  bootMs: undefined,
  ranMs: 0,
  instructions: 0,
  digest: undefined,
  totals: NO_TOTALS,
  record: new RunRecord(),
  state: undefined,
  rogue: [],
  commands: [],
  failure: { kind: 'input', message: 'There is no file.', command: null, output: null },
};

describe('a report', () => {
  it.each([
    ['of a run', OUTCOME],
    ['of no run', NOTHING],
  ])('%s is what its schema says', (_what, outcome) => {
    expect(schemaProblems(SCHEMA, JSON.parse(JSON.stringify(bootReport(outcome))))).toEqual([]);
  });

  it('has nothing that its schema does not describe, and leaves nothing out', () => {
    const report = bootReport(OUTCOME);
    const { digest: _digest, ...shorter } = report;
    expect(schemaProblems(SCHEMA, shorter)).toEqual(['$ has no digest']);
    expect(schemaProblems(SCHEMA, { ...report, more: 1 })).toEqual([
      '$ has more, which is not described',
    ]);
    expect(schemaProblems(SCHEMA, { ...report, seconds: '1' })).toEqual([
      '$.seconds is not of type number or null',
    ]);
  });

  it('names the endpoints of faults and accesses, and says what became of them', () => {
    const { faults, faultList, rogue, endpoints } = bootReport(OUTCOME);
    expect(faults).toBe(1);
    expect(faultList).toEqual([
      {
        sequence: 4,
        endpoint: ROGUE_ENDPOINT,
        name: 'rogue',
        address: '0xdead0000',
        access: 'write',
        reason: 'mapping',
        domain: 1,
      },
    ]);
    expect(rogue).toMatchObject([
      { name: 'rogue', outcome: 'blocked', faultAddress: '0xdead0000', reason: 'mapping' },
      { name: 'rogue', outcome: 'completed', bypassed: true, faultAddress: null },
    ]);
    expect(endpoints).toMatchObject([{ id: BLOCK_ENDPOINT, name: 'virtio-blk', translated: 5 }]);
  });

  it('lists refused requests with their fields', () => {
    expect(bootReport(OUTCOME).refused).toEqual([
      {
        sequence: 3,
        request: 'map',
        status: 'RANGE',
        domain: 1,
        virtStart: '0x1000',
        virtEnd: '0x1fff',
        physStart: '0x0',
        flags: 3,
      },
    ]);
  });

  it('has seconds of one meaning: the time to the prompt', () => {
    expect(bootReport(OUTCOME)).toMatchObject({ seconds: 1.234, ranSeconds: 5 });
    expect(bootReport({ ...OUTCOME, bootMs: undefined })).toMatchObject({
      seconds: null,
      ranSeconds: 5,
    });
  });

  it('lists the first of any number of faults', () => {
    const faults = Array.from({ length: MAX_LISTED + 1 }, (): IommuEvent => FAULTED);
    expect(bootReport({ ...OUTCOME, record: recordOf(...faults) }).faultList).toHaveLength(
      MAX_LISTED,
    );
  });
});

describe('a driver', () => {
  it.each([
    ['none', []],
    ['started', [STARTED]],
    ['attached', [STARTED, ATTACHED]],
    ['started', [STARTED, { ...ATTACHED, status: 4 }]],
    ['none', [STARTED, ATTACHED, { kind: 'system-reset', sequence: 5 }]],
  ] as const)('has come as far as %s', (driver, events) => {
    expect(bootReport({ ...OUTCOME, record: recordOf(...events) }).driver).toBe(driver);
  });

  it.each([
    ['none', recordOf(), /\nNo driver took the IOMMU \(CONFIG_VIRTIO_IOMMU\?\)/],
    ['one that attaches nothing', recordOf(STARTED), /\nNo driver took the IOMMU for an endpoint/],
    ['one', recordOf(STARTED, ATTACHED), /failed\.\nRequests: /],
  ])('is told of in words: %s', (_what, record, words) => {
    expect(summary(bootReport({ ...OUTCOME, record }))).toMatch(words);
  });

  it('is not missed before the prompt', () => {
    const early = bootReport({ ...OUTCOME, bootMs: undefined, record: recordOf() });
    expect(summary(early)).not.toContain('No driver');
  });
});
