// Lines of Linux's tracepoints `iommu:*` (include/trace/events/iommu.h) as tracefs writes them.

/** What a line says. Ranges are inclusive, sizes in bytes. */
export type FtraceEvent =
  | { readonly kind: 'map'; readonly start: bigint; readonly end: bigint; readonly gpa: bigint }
  | {
      readonly kind: 'unmap';
      readonly start: bigint;
      readonly end: bigint;
      /** Bytes that were unmapped. */
      readonly unmapped: bigint;
    }
  | { readonly kind: 'attach' | 'detach' | 'join' | 'leave'; readonly device: string }
  | {
      readonly kind: 'fault';
      readonly device: string;
      readonly address: bigint;
      readonly isWrite: boolean;
    };

export interface FtraceLine {
  /** Of the guest's clock, in ms. */
  readonly timeMs: number;
  readonly comm: string;
  readonly pid: number;
  /** Undefined where the prefix has none. */
  readonly tgid: number | undefined;
  /** Whether the task was only interrupted by what the event is of. */
  readonly isInterrupt: boolean;
  readonly event: FtraceEvent;
}

/** What is left out of a trace without a word, or how many events the kernel says it lost. */
export type OtherLine =
  | { readonly kind: 'comment' }
  | { readonly kind: 'lost'; readonly events: number };

const PREFIX =
  /^\s*(?<comm>.{1,16}?)-(?<pid>\d{1,10})\s+(?:\(\s*(?<tgid>\d{1,10}|-+)\)\s+)?\[\d+\]\s+(?:(?<flags>[^\s:]{3,8})\s+)?(?<seconds>\d{1,12})\.(?<micros>\d{6}):\s+(?<name>\w{1,64}):\s*(?<text>.*)$/;
const LOST = /^CPU:\s*\d+ \[LOST (\d{1,9}) EVENTS\]$/;
/** The third of the latency flags: NMI, interrupt, or softirq. */
const INTERRUPT_FLAG = 2;
const IN_INTERRUPT = /[ZzHhs]/;
/** `IOMMU_FAULT_WRITE` of include/linux/iommu.h. */
const FAULT_WRITE = 1n;

type Groups = Readonly<Record<string, string | undefined>>;
type Make = (groups: Groups) => FtraceEvent | undefined;

const RANGE = String.raw`iova=0x(?<start>[0-9a-f]{1,16})(?: - 0x(?<behind>[0-9a-f]{1,17}))?`;

function device(kind: 'attach' | 'detach' | 'join' | 'leave', before = ''): [RegExp, Make] {
  return [
    new RegExp(String.raw`^IOMMU: ${before}device=(?<device>\S+)$`),
    ({ device: name = '' }) => ({ kind, device: name }),
  ];
}

const FORMS: ReadonlyMap<string, readonly [RegExp, Make]> = new Map<
  string,
  readonly [RegExp, Make]
>([
  [
    'map',
    [
      new RegExp(`^IOMMU: ${RANGE} paddr=0x(?<gpa>[0-9a-f]{1,16}) size=(?<size>\\d{1,20})$`),
      (groups: Groups) => {
        const range = rangeOf(groups);
        return range && { kind: 'map', ...range, gpa: hexOf(groups['gpa']) };
      },
    ],
  ],
  [
    'unmap',
    [
      new RegExp(`^IOMMU: ${RANGE} size=(?<size>\\d{1,20}) unmapped_size=(?<unmapped>\\d{1,20})$`),
      (groups: Groups) => {
        const range = rangeOf(groups);
        return range && { kind: 'unmap', ...range, unmapped: BigInt(groups['unmapped'] ?? '0') };
      },
    ],
  ],
  ['attach_device_to_domain', device('attach')],
  ['detach_device_from_domain', device('detach')],
  ['add_device_to_group', device('join', String.raw`groupID=-?\d+ `)],
  ['remove_device_from_group', device('leave', String.raw`groupID=-?\d+ `)],
  [
    'io_page_fault',
    [
      /^IOMMU:\S* (?<device>\S+) iova=0x(?<address>[0-9a-f]{1,16}) flags=0x(?<flags>[0-9a-f]{1,8})$/,
      (groups: Groups) => ({
        kind: 'fault',
        device: groups['device'] ?? '',
        address: hexOf(groups['address']),
        isWrite: (hexOf(groups['flags']) & FAULT_WRITE) !== 0n,
      }),
    ],
  ],
]);

/** Reads a line; text says what it is that no record has. */
export function readFtraceLine(line: string): FtraceLine | OtherLine | string {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return { kind: 'comment' };
  const lost = LOST.exec(trimmed)?.[1];
  if (lost !== undefined) return { kind: 'lost', events: Number(lost) };
  const groups: Groups | undefined = PREFIX.exec(line)?.groups;
  if (groups === undefined) return 'it is no event as tracefs writes it';
  const { name = '', text = '', comm = '', pid, tgid, flags = '', seconds, micros } = groups;
  const found = FORMS.get(name);
  if (found === undefined || !text.startsWith('IOMMU:'))
    return `its event, ${name}, is none of iommu:*`;
  const [pattern, make] = found;
  const fields = pattern.exec(text.trim())?.groups;
  const event = fields === undefined ? undefined : make(fields);
  if (event === undefined) return `the text of its event ${name} is not as Linux writes it`;
  return {
    timeMs: Number(seconds) * 1000 + Number(micros) / 1000,
    comm,
    pid: Number(pid),
    tgid: tgid === undefined || tgid.startsWith('-') ? undefined : Number(tgid),
    isInterrupt: IN_INTERRUPT.test(flags[INTERRUPT_FLAG] ?? ''),
    event,
  };
}

function hexOf(digits = '0'): bigint {
  return BigInt(`0x${digits}`);
}

/** The range from the start and the size; the second address, which older kernels do not print, is behind it. */
function rangeOf({ start, behind, size }: Groups): { start: bigint; end: bigint } | undefined {
  const [first, length] = [hexOf(start), BigInt(size ?? '0')];
  const end = first + length;
  // A kernel prints 64 bits of the address behind, which are 0 behind the last one
  const isAsSaid = behind === undefined || hexOf(behind) === BigInt.asUintN(64, end);
  if (length === 0n || end > 1n << 64n || !isAsSaid) return undefined;
  return { start: first, end: end - 1n };
}
