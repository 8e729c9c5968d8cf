import { describe, expect, it } from 'vitest';
import { readQemuLine } from './qemu-text.ts';

const RANGE = { virtStart: 0xffff_e000n, virtEnd: 0xffff_ffffn };

describe('a line of QEMU’s', () => {
  it.each([
    ['device_reset_exit reset!', { kind: 'device-reset' }],
    ['device_reset reset!', { kind: 'device-reset' }],
    ['system_reset system reset!', { kind: 'system-reset' }],
    [
      'get_features device supports features=0x10179000077',
      { kind: 'features', features: 0x101_7900_0077n },
    ],
    ['device_status driver status = 15', { kind: 'status', status: 15 }],
    [
      'get_config page_size_mask=0xfffffffffffff000 input range start=0x0 input range end=0xffffffffffffffff domain range start=0 domain range end=-1 probe_size=0x200 bypass=0x1',
      {
        kind: 'config',
        pageSizeMask: 0xffff_ffff_ffff_f000n,
        inputStart: 0n,
        inputEnd: 0xffff_ffff_ffff_ffffn,
        domainStart: 0,
        domainEnd: 0xffff_ffff,
        probeSize: 0x200,
        bypass: 1,
      },
    ],
    ['set_config bypass=0x0', { kind: 'bypass', bypass: 0 }],
    ['attach domain=1 endpoint=8', { kind: 'attach', domain: 1, endpoint: 8 }],
    ['detach domain=-2 endpoint=8', { kind: 'detach', domain: 0xffff_fffe, endpoint: 8 }],
    ['detach_endpoint_from_domain domain=1 endpoint=8', { kind: 'leave', domain: 1, endpoint: 8 }],
    [
      'map domain=1 virt_start=0xffffe000 virt_end=0xffffffff phys_start=0x33c000 flags=3',
      { kind: 'map', domain: 1, ...RANGE, physStart: 0x33_c000n, flags: 3 },
    ],
    [
      'unmap domain=1 virt_start=0xffffe000 virt_end=0xffffffff',
      { kind: 'unmap', domain: 1, ...RANGE },
    ],
    [
      'unmap_done domain=1 virt_start=0xffffe000 virt_end=0xffffffff',
      { kind: 'unmap-done', domain: 1, ...RANGE },
    ],
    [
      'translate mr=virtio-iommu-memory-region-4-48 rid=48 addr=0x345678 flag=1',
      { kind: 'translate', endpoint: 48, address: 0x34_5678n, flag: 1 },
    ],
    [
      'report_fault FAULT reason=2 flags=256 endpoint=48 address =0x345678',
      { kind: 'fault', reason: 2, flags: 256, endpoint: 48, address: 0x34_5678n },
    ],
    [
      'fill_resv_property dev= 32, type=1 start=0xfee00000 end=0xfeefffff',
      { kind: 'region', endpoint: 32, type: 1, start: 0xfee0_0000n, end: 0xfeef_ffffn },
    ],
    ['translate_out 0xffffd002 -> 0x371002 for sid=40', null],
    ['get_endpoint Alloc endpoint=8', null],
    ['put_domain Free domain=1', null],
    ['notify_map mr=m virt_start=0x0 virt_end=0xfff phys_start=0x0 flags=3', null],
    ['switch_address_space Device 00:04.0 switching address space (iommu enabled=1)', null],
    ['freeze_granule granule set to 0x1000', null],
  ])('virtio_iommu_%s', (line, event) => {
    expect(readQemuLine(`virtio_iommu_${line}`)).toEqual({ timeUs: undefined, event });
  });

  it.each([
    ['4711@1732680000.000125:virtio_iommu_system_reset system reset!', 1_732_680_000_000_125],
    ['2024-11-27T04:00:00.000125Z virtio_iommu_system_reset system reset!', 1_732_680_000_000_125],
    ['2024-11-27T04:00:00Z virtio_iommu_system_reset system reset!', 1_732_680_000_000_000],
  ])('has its time in microseconds: %s', (line, timeUs) => {
    expect(readQemuLine(line)).toEqual({ timeUs, event: { kind: 'system-reset' } });
  });

  it.each([
    ['qemu-system-i386: terminating on signal 15', /none of the events/],
    ['virtio_iommu_', /none of the events/],
    ['virtio_iommu_teleport domain=1', /virtio_iommu_teleport is not known/],
    ['virtio_iommu_attach domain=1', /virtio_iommu_attach is not as QEMU writes it/],
    ['virtio_iommu_attach domain=4294967296 endpoint=8', /is not as QEMU writes it/],
    ['virtio_iommu_attach domain=-2147483649 endpoint=8', /is not as QEMU writes it/],
    [
      'virtio_iommu_unmap domain=1 virt_start=0x10000000000000000 virt_end=0x0',
      /is not as QEMU writes it/,
    ],
    ['virtio_iommu_attach', /is not as QEMU writes it/],
  ])('is left out with a reason: %s', (line, reason) => {
    expect(readQemuLine(line)).toMatch(reason);
  });
});
