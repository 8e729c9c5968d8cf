// Filters to begin with.

/** The first are those that are asked for most. */
export const EXAMPLE_FILTERS: readonly { readonly text: string; readonly about: string }[] = [
  { text: 'kind == fault', about: 'accesses that the IOMMU has stopped' },
  { text: 'refused', about: 'requests that the IOMMU has refused' },
  { text: 'kind in {attach, detach}', about: 'which endpoint is in which domain' },
  { text: 'kind == map && length >= 64KiB', about: 'mappings of many pages' },
  { text: 'flags has write && kind == map', about: 'memory that a device may write' },
];
