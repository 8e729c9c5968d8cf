import { expect, it } from 'vitest';
import type { BacktraceFrame } from './backtrace.ts';
import { driverFunction } from './driver-function.ts';

const frame = (name?: string): BacktraceFrame => ({
  address: 0xc010_0000,
  offset: 0,
  name,
  isInstruction: false,
  isInterrupted: false,
});

it.each([
  [
    'virtblk_add_req',
    ['vm_notify', 'virtqueue_notify', '__viommu_sync_req', 'viommu_map_pages', 'iommu_dma_map_sg'],
  ],
  ['virtblk_add_req', ['virtqueue_add_sgs', undefined, 'dma_map_page_attrs']],
])('is %s behind %j', (name, inner) => {
  const frames = [...inner, name, 'virtio_queue_rq'].map((each) => frame(each));
  expect(driverFunction(frames)).toBe(name);
});

it('is nobody where the stack has no other names', () => {
  expect(driverFunction([frame('viommu_attach_dev'), frame()])).toBeUndefined();
});
