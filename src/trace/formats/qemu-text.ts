// Lines of QEMU's trace events `virtio_iommu_*`, as `-trace 'virtio_iommu_*' -D FILE` writes them. The texts are those of
// QEMU's hw/virtio/trace-events; numbers of 32 bits may stand there with a sign.

/** What a line says. Fields have the names and the units of the text. */
export type QemuEvent =
  | { readonly kind: 'features'; readonly features: bigint }
  | {
      readonly kind: 'config';
      readonly pageSizeMask: bigint;
      readonly inputStart: bigint;
      readonly inputEnd: bigint;
      readonly domainStart: number;
      readonly domainEnd: number;
      readonly probeSize: number;
      readonly bypass: number;
    }
  | { readonly kind: 'bypass'; readonly bypass: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'device-reset' | 'system-reset' }
  | {
      readonly kind: 'attach' | 'detach' | 'leave';
      readonly domain: number;
      readonly endpoint: number;
    }
  | {
      readonly kind: 'map';
      readonly domain: number;
      readonly virtStart: bigint;
      readonly virtEnd: bigint;
      readonly physStart: bigint;
      readonly flags: number;
    }
  | {
      readonly kind: 'unmap' | 'unmap-done';
      readonly domain: number;
      readonly virtStart: bigint;
      readonly virtEnd: bigint;
    }
  | {
      readonly kind: 'translate';
      readonly endpoint: number;
      readonly address: bigint;
      readonly flag: number;
    }
  | {
      readonly kind: 'fault';
      readonly reason: number;
      readonly flags: number;
      readonly endpoint: number;
      readonly address: bigint;
    }
  | {
      readonly kind: 'region';
      readonly endpoint: number;
      readonly type: number;
      readonly start: bigint;
      readonly end: bigint;
    };

export interface QemuLine {
  /** Microseconds of the host's clock; undefined when the line has no time. */
  readonly timeUs: number | undefined;
  /** Null for a line that says nothing which a record keeps. */
  readonly event: QemuEvent | null;
}

/** The numbers of a line in their order: those of 32 bits, and all. */
interface Numbers {
  readonly u32: (place: number) => number;
  readonly u64: (place: number) => bigint;
}

interface Form {
  readonly pattern: RegExp;
  /** For each number, whether it is in decimals. */
  readonly isDecimal: readonly boolean[];
  readonly make: (numbers: Numbers) => QemuEvent;
}

const CONVERSIONS: Readonly<Record<string, string>> = {
  '%d': String.raw`(-?\d{1,10})`,
  '%x': '([0-9a-f]{1,8})',
  '%llx': '([0-9a-f]{1,16})',
  '%s': String.raw`\S*`,
};

/** The form of a text that QEMU prints with that format. */
function form(format: string, make: Form['make']): Form {
  const source = format
    .replaceAll(/%(?:d|x|llx|s)/g, (conversion) => CONVERSIONS[conversion] ?? '')
    .replaceAll(' ', ' *');
  const isDecimal = (format.match(/%(?:d|x|llx)/g) ?? []).map((conversion) => conversion === '%d');
  return { pattern: new RegExp(`^${source}$`, 'i'), isDecimal, make };
}

const RANGE = 'virt_start=0x%llx virt_end=0x%llx';
const CONFIG =
  'page_size_mask=0x%llx input range start=0x%llx input range end=0x%llx domain range start=%d domain range end=%d probe_size=0x%x bypass=0x%x';

function membership(kind: 'attach' | 'detach' | 'leave'): Form {
  return form('domain=%d endpoint=%d', ({ u32 }) => ({
    kind,
    domain: u32(0),
    endpoint: u32(1),
  }));
}

function removal(kind: 'unmap' | 'unmap-done'): Form {
  return form(`domain=%d ${RANGE}`, ({ u32, u64 }) => ({
    kind,
    domain: u32(0),
    virtStart: u64(1),
    virtEnd: u64(2),
  }));
}

const DEVICE_RESET = form('reset!', () => ({ kind: 'device-reset' }));

/** By the name behind `virtio_iommu_`; null for a line that says nothing which a record keeps. */
const FORMS: ReadonlyMap<string, Form | null> = new Map<string, Form | null>([
  [
    'get_features',
    form('device supports features=0x%llx', ({ u64 }) => ({ kind: 'features', features: u64(0) })),
  ],
  [
    'get_config',
    form(CONFIG, ({ u32, u64 }) => ({
      kind: 'config',
      pageSizeMask: u64(0),
      inputStart: u64(1),
      inputEnd: u64(2),
      domainStart: u32(3),
      domainEnd: u32(4),
      probeSize: u32(5),
      bypass: u32(6),
    })),
  ],
  ['set_config', form('bypass=0x%x', ({ u32 }) => ({ kind: 'bypass', bypass: u32(0) }))],
  ['device_status', form('driver status = %d', ({ u32 }) => ({ kind: 'status', status: u32(0) }))],
  ['device_reset', DEVICE_RESET],
  ['device_reset_exit', DEVICE_RESET],
  ['system_reset', form('system reset!', () => ({ kind: 'system-reset' }))],
  ['attach', membership('attach')],
  ['detach', membership('detach')],
  ['detach_endpoint_from_domain', membership('leave')],
  [
    'map',
    form(`domain=%d ${RANGE} phys_start=0x%llx flags=%d`, ({ u32, u64 }) => ({
      kind: 'map',
      domain: u32(0),
      virtStart: u64(1),
      virtEnd: u64(2),
      physStart: u64(3),
      flags: u32(4),
    })),
  ],
  ['unmap', removal('unmap')],
  ['unmap_done', removal('unmap-done')],
  [
    'translate',
    form('mr=%s rid=%d addr=0x%llx flag=%d', ({ u32, u64 }) => ({
      kind: 'translate',
      endpoint: u32(0),
      address: u64(1),
      flag: u32(2),
    })),
  ],
  [
    'report_fault',
    form('FAULT reason=%d flags=%d endpoint=%d address =0x%llx', ({ u32, u64 }) => ({
      kind: 'fault',
      reason: u32(0),
      flags: u32(1),
      endpoint: u32(2),
      address: u64(3),
    })),
  ],
  [
    'fill_resv_property',
    form('dev= %d, type=%d start=0x%llx end=0x%llx', ({ u32, u64 }) => ({
      kind: 'region',
      endpoint: u32(0),
      type: u32(1),
      start: u64(2),
      end: u64(3),
    })),
  ],
  ...[
    'translate_out',
    'get_endpoint',
    'put_endpoint',
    'get_domain',
    'put_domain',
    'notify_map',
    'notify_unmap',
    'notify_flag_add',
    'notify_flag_del',
    'remap',
    'init_iommu_mr',
    'switch_address_space',
    'set_page_size_mask',
    'freeze_granule',
    'host_resv_regions',
    'update_page_size_mask',
  ].map((name): [string, null] => [name, null]),
]);

/** `TID@SECONDS.MICROS:` as older versions write it, or a time in UTC and a space, or nothing. */
const LINE =
  /^(?:(?:\d+@(?<seconds>\d{1,10})\.(?<micros>\d{6}):|(?<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?Z )\s*)?virtio_iommu_(?<name>\w{1,64})(?: (?<text>.*))?$/;

type Groups = Readonly<Record<string, string | undefined>>;

/** Reads a line; text says what it is that no record has. */
export function readQemuLine(line: string): QemuLine | string {
  const groups: Groups | undefined = LINE.exec(line.trim())?.groups;
  if (groups === undefined) return 'it is none of the events virtio_iommu_*';
  const { name = '', text = '' } = groups;
  const timeUs = timeOf(groups);
  const found = FORMS.get(name);
  if (found === undefined) return `the event virtio_iommu_${name} is not known`;
  if (found === null) return { timeUs, event: null };
  const { pattern, isDecimal, make } = found;
  const numbers = pattern
    .exec(text.trim())
    ?.slice(1)
    .map((digits, place) => BigInt(isDecimal[place] === true ? digits : `0x${digits}`));
  if (
    numbers === undefined ||
    numbers.some((value, at) => isDecimal[at] === true && !is32(value))
  ) {
    return `the text of its event virtio_iommu_${name} is not as QEMU writes it`;
  }
  const u64 = (place: number): bigint => numbers[place] ?? 0n;
  const u32 = (place: number): number => Number(BigInt.asUintN(32, u64(place)));
  return { timeUs, event: make({ u32, u64 }) };
}

function is32(value: bigint): boolean {
  return value >= -0x8000_0000n && value <= 0xffff_ffffn;
}

function timeOf({ seconds, micros, date, fraction }: Groups): number | undefined {
  if (seconds !== undefined) return Number(seconds) * 1e6 + Number(micros);
  if (date === undefined) return undefined;
  const whole = Date.parse(`${date}Z`);
  return Number.isNaN(whole) ? undefined : whole * 1000 + Number(`0.${fraction ?? '0'}`) * 1e6;
}
