// What a boot behind the IOMMU leaves behind.

import { describe, expect } from 'vitest';
import { buildAcpiTables } from '../../src/acpi/acpi-tables.ts';
import { describeMachine } from '../../src/machine/plan/machine-description.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { DRIVEN_ENDPOINTS } from '../support/driven-endpoints.ts';
import { guestTest } from './support/guest-test.ts';

/** Lines about what is ours to get right, and what a complaint looks like. */
const OUR_SUBJECT = /iommu|ACPI|DMA|VIOT|LNRO/i;
const COMPLAINT =
  /\b(?:errors?|fail\w*|warn\w*|invalid|unable|could not|cannot|timed out|timeout|fault)\b|bug[:\]]/i;
const TRACE = /Call Trace|WARNING:|BUG:|Oops|cut here/;

describe('a guest at its prompt', () => {
  guestTest('has every endpoint attached to a domain of its own', ({ guest }) => {
    const { endpoints, domains } = guest.iommu.state();
    expect(endpoints.map(({ id, mode }) => ({ id, mode }))).toEqual(
      DRIVEN_ENDPOINTS.map(({ id }) => ({ id, mode: 'attached' })),
    );
    expect(domains.map((domain) => domain.endpoints.length)).toEqual(DRIVEN_ENDPOINTS.map(() => 1));
  });

  guestTest('has attached, probed and mapped without one refusal or fault', ({ guest }) => {
    const totals = guest.iommu.totals();
    expect(totals).toMatchObject({ rejected: 0, ignored: 0, faults: 0 });
    expect(totals.attach).toBeGreaterThanOrEqual(5);
    expect(totals.probe).toBeGreaterThanOrEqual(5);
    expect(totals.map).toBeGreaterThan(100);
    const blocked = guest.iommu.state().endpoints.filter((endpoint) => endpoint.blocked > 0);
    expect(blocked).toEqual([]);
  });

  guestTest('shows mappings whose number and bytes agree with the state', ({ guest }) => {
    for (const { id, mappings, bytes } of guest.iommu.state().domains) {
      const listed = guest.iommu.mappings(id);
      const listedBytes = listed.reduce(
        (sum, { virtStart, virtEnd }) => sum + virtEnd - virtStart + 1n,
        0n,
      );
      expect([listed.length, listedBytes]).toEqual([mappings, bytes]);
    }
  });

  guestTest('keeps every event since power on, in order', ({ guest }) => {
    const sequences = guest.iommu.events.map(({ event }) => event.sequence);
    expect(guest.iommu.droppedEvents).toBe(0);
    expect(sequences).toEqual(sequences.map((_sequence, index) => index + 1));
  });

  guestTest('has no complaint in its log about IOMMU, ACPI or DMA', async ({ guest }) => {
    const { output } = await guest.run('dmesg');
    const lines = output.split('\n');
    expect(lines.filter((line) => OUR_SUBJECT.test(line)).length).toBeGreaterThan(10);
    expect(lines.filter((line) => OUR_SUBJECT.test(line) && COMPLAINT.test(line))).toEqual([]);
    expect(lines.filter((line) => TRACE.test(line))).toEqual([]);
  });

  guestTest(
    '[C18] reads the VIOT that the machine was built with, byte for byte',
    async ({ guest }) => {
      const { output } = await guest.run('od -An -v -tx1 /sys/firmware/acpi/tables/VIOT');
      const { viot } = buildAcpiTables(describeMachine(DEFAULT_PLAN));
      expect(viot?.length).toBeGreaterThan(0);
      expect(output.replaceAll(/\s/g, '')).toBe(Buffer.from(viot ?? []).toString('hex'));
    },
  );

  guestTest('runs commands apart from each other and tells how they ended', async ({ guest }) => {
    await expect(guest.run('cd /tmp; x=1; exit 7')).resolves.toEqual({ exitCode: 7, output: '' });
    await expect(guest.run('echo "$x"; pwd; no-such-command')).resolves.toMatchObject({
      exitCode: 127,
      output: expect.stringMatching(/^\n\/root\n.*no-such-command.*not found\n$/),
    });
    const both = await Promise.all([guest.run('echo one'), guest.run('echo two >&2')]);
    expect(both.map(({ output }) => output)).toEqual(['one\n', 'two\n']);
  });

  guestTest('listens to what is typed on its console', async ({ guest }) => {
    guest.type('echo $((6 * 7)) is the answer\n');
    const [, answer] = await guest.waitFor(/^(\d+) is the answer$/m);
    expect(answer).toBe('42');
  });
});
