// Rooms of what happened: the record, and what reads it.

import type { Room } from './room.ts';

export const TRACE: readonly Room[] = [
  {
    folder: 'src/trace',
    purpose: 'events with their time, their totals, and how they are compared and exported',
    imports: [
      'src/iommu/protocol',
      'src/trace/record/event-columns.ts',
      'src/trace/record/event-kinds.ts',
    ],
    types: ['src/iommu/events'],
  },
  {
    folder: 'src/trace/record',
    purpose: 'the record: events in columns, bounded by bytes; its writing and its reading end',
    imports: ['src/base'],
    types: ['src/iommu/protocol', 'src/iommu/events', 'src/iommu/regions', 'src/trace'],
  },
  {
    folder: 'src/trace/formats',
    purpose: 'records as files: ours, and what others write and read',
    imports: [
      'src/base',
      'src/memory',
      'src/iommu/protocol',
      'src/trace',
      'src/trace/record',
      'src/trace/explain',
    ],
    types: ['src/iommu/events', 'src/iommu/regions', 'src/trace/replay'],
  },
  {
    folder: 'src/trace/statistics',
    purpose: 'what there is to count of a stretch of a record, a little at a time',
    imports: ['src/iommu/protocol', 'src/trace/record', 'src/trace/replay', 'src/trace/explain'],
  },
];
