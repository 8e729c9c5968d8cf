// What a record says of its source where a test does not care.

import { ALL_FACTS, type RecordHead } from '../../src/trace/record/head.ts';

export const PLAIN_HEAD: RecordHead = {
  source: 'viommu',
  endpoints: [],
  device: null,
  memoryBytes: null,
  kernel: null,
  facts: ALL_FACTS,
};
