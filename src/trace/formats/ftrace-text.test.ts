import { describe, expect, it } from 'vitest';
import { readFtraceLine } from './ftrace-text.ts';

const PREFIX = '              dd-1404    [000] d.h..    20.233255: ';
const WHO = { timeMs: 20_233.255, comm: 'dd', pid: 1404, tgid: undefined, isInterrupt: true };

describe('a line of Linux’s', () => {
  it.each([
    [
      'map: IOMMU: iova=0x00000000fffdb000 - 0x00000000fffdc000 paddr=0x0000000000354000 size=4096',
      { kind: 'map', start: 0xfffd_b000n, end: 0xfffd_bfffn, gpa: 0x35_4000n },
    ],
    [
      'map: IOMMU: iova=0x00000000fffdb000 paddr=0x0000000000354000 size=8192',
      { kind: 'map', start: 0xfffd_b000n, end: 0xfffd_cfffn, gpa: 0x35_4000n },
    ],
    [
      'map: IOMMU: iova=0xfffffffffffff000 - 0x0000000000000000 paddr=0x0000000000000000 size=4096',
      { kind: 'map', start: 0xffff_ffff_ffff_f000n, end: 0xffff_ffff_ffff_ffffn, gpa: 0n },
    ],
    [
      'unmap: IOMMU: iova=0x00000000fffdb000 - 0x00000000fffdc000 size=4096 unmapped_size=0',
      { kind: 'unmap', start: 0xfffd_b000n, end: 0xfffd_bfffn, unmapped: 0n },
    ],
    [
      'unmap: IOMMU: iova=0x00000000fffdb000 size=4096 unmapped_size=4096',
      { kind: 'unmap', start: 0xfffd_b000n, end: 0xfffd_bfffn, unmapped: 4096n },
    ],
    [
      'attach_device_to_domain: IOMMU: device=0000:00:04.0',
      { kind: 'attach', device: '0000:00:04.0' },
    ],
    ['detach_device_from_domain: IOMMU: device=eth0', { kind: 'detach', device: 'eth0' }],
    ['add_device_to_group: IOMMU: groupID=3 device=eth0', { kind: 'join', device: 'eth0' }],
    ['remove_device_from_group: IOMMU: groupID=3 device=eth0', { kind: 'leave', device: 'eth0' }],
    [
      'io_page_fault: IOMMU:virtio-pci 0000:00:04.0 iova=0x0000000012345678 flags=0x0001',
      { kind: 'fault', device: '0000:00:04.0', address: 0x1234_5678n, isWrite: true },
    ],
  ])('%s', (text, event) => {
    expect(readFtraceLine(PREFIX + text)).toEqual({ ...WHO, event });
  });

  const MAP = 'map: IOMMU: iova=0x1000 paddr=0x5000 size=4096';
  it.each([
    ['          <idle>-0       [000] ..s1.     1.000001: ', { comm: '<idle>', pid: 0 }, true],
    ['   kworker/0:1-7     (     7) [000] ....   1.000001: ', { pid: 7, tgid: 7 }, false],
    ['   my-prog two-12    (-----) [000] ....   1.000001: ', { comm: 'my-prog two' }, false],
    ['     kworker/0:1-7    [000]   1.000001: ', { comm: 'kworker/0:1' }, false],
  ])('says who it was: %s', (prefix, who, isInterrupt) => {
    expect(readFtraceLine(prefix + MAP)).toMatchObject({ ...who, timeMs: 1000.001, isInterrupt });
  });

  it.each([
    ['# tracer: nop', { kind: 'comment' }],
    ['', { kind: 'comment' }],
    ['CPU:0 [LOST 12 EVENTS]', { kind: 'lost', events: 12 }],
  ])('%s', (line, read) => {
    expect(readFtraceLine(line)).toEqual(read);
  });

  it.each([
    ['hello', /no event as tracefs writes it/],
    [`${PREFIX}sched_switch: prev_comm=dd`, /sched_switch, is none of iommu/],
    [`${PREFIX}map: something else`, /map, is none of iommu/],
    [`${PREFIX}map: IOMMU: iova=0x1000 paddr=0x5000 size=0`, /is not as Linux writes it/],
    [`${PREFIX}map: IOMMU: iova=0x1000 - 0x3000 paddr=0x0 size=4096`, /is not as Linux/],
    [`${PREFIX}map: IOMMU: iova=0xfffffffffffff000 paddr=0x0 size=8192`, /is not as Linux/],
  ])('is left out with a reason: %s', (line, reason) => {
    expect(readFtraceLine(line)).toMatch(reason);
  });
});
