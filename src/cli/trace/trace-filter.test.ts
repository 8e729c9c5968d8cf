import { expect, it } from 'vitest';
import { attach, map, recordOf } from '../../../test/support/filter-records.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import { CHUNK_EVENTS } from '../../trace/record/event-chunk.ts';
import { EVENT_BYTES } from '../../trace/record/event-columns.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { batchesOf } from '../../trace/record/record-batches.ts';
import { History } from '../../trace/replay/history.ts';
import { filterFor } from './trace-filter.ts';

it('points at the character that is wrong', () => {
  const record = recordOf([]);
  const filtered = (): unknown =>
    filterFor('kind == map && endpoint == "disc"', record, new History(record));
  expect(filtered).toThrow(InputError);
  expect(filtered).toThrow(
    'The filter is wrong at character 28. There is no endpoint "disc" here. Did you mean disk?\n' +
      '  kind == map && endpoint == "disc"\n' +
      '                             ^',
  );
});

it('shows what is around the place in a long filter', () => {
  const record = recordOf([]);
  const text = `${'refused && '.repeat(100)}refusd && ${'refused && '.repeat(100)}refused`;
  expect(() => filterFor(text, record, new History(record))).toThrow(
    `character 1101. There is no field "refusd". Did you mean refused?\n  ${text.slice(1040, 1160)}\n  ${' '.repeat(60)}^`,
  );
});

it('knows who was attached before the first event that is kept', () => {
  const whole = recordOf([
    attach(1, 7),
    ...Array.from({ length: 2.5 * CHUNK_EVENTS }, () => map(7)),
  ]);
  const record = new IommuRecord(whole.head, { maxBytes: 2 * CHUNK_EVENTS * EVENT_BYTES });
  const history = new History(record);
  for (const batch of batchesOf(whole)) record.append(batch);
  expect(record.evicted).toBeGreaterThan(0);
  expect(filterFor('endpoint == disk', record, history).count()).toBe(record.count);
});
