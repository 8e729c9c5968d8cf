// What every version of the protocol tells in its configuration space, and the fields that stand at one place in all.

import {
  CONFIG_INPUT_END,
  CONFIG_INPUT_START,
  CONFIG_PAGE_SIZE_MASK,
  VIRTIO_IOMMU_F_INPUT_RANGE,
} from './protocol.ts';

/** The part of `IommuOptions` that a driver can read. */
export interface ConfigFields {
  readonly features: bigint;
  readonly pageSizeMask: bigint;
  readonly inputRange: { readonly start: bigint; readonly end: bigint };
  readonly domainRange: { readonly start: number; readonly end: number };
  readonly probeSize: number;
}

/**
 * A configuration space of `length` bytes with page_size_mask and input_range. virtio 1.2, 5.13.4: page_size_mask is
 * always valid, every other field only with its feature; ours are 0 without it.
 */
export function encodeCommonFields(fields: ConfigFields, length: number): DataView {
  const view = new DataView(new ArrayBuffer(length));
  view.setBigUint64(CONFIG_PAGE_SIZE_MASK, fields.pageSizeMask, true);
  if ((fields.features & VIRTIO_IOMMU_F_INPUT_RANGE) !== 0n) {
    view.setBigUint64(CONFIG_INPUT_START, fields.inputRange.start, true);
    view.setBigUint64(CONFIG_INPUT_END, fields.inputRange.end, true);
  }
  return view;
}
