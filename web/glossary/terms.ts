// The words of the field, each in a sentence or two, and where virtio 1.2 has them.

export interface TermEntry {
  /** As it stands in a list. */
  readonly name: string;
  /** As it stands in a question: what is … */
  readonly asked: string;
  readonly text: string;
  /** Clause of virtio 1.2; left out for what it does not define. */
  readonly clause?: string;
}

export const TERMS = {
  iommu: {
    name: 'IOMMU',
    asked: 'an IOMMU',
    text: 'Hardware between devices and memory. It looks up every address that a device uses, and stops what nobody has allowed.',
    clause: '5.13',
  },
  mips: {
    name: 'MIPS',
    asked: 'MIPS',
    text: 'Million instructions a second: how fast the processor of this PC works just now.',
  },
  'guest-time': {
    name: 'Guest time',
    asked: 'guest time',
    text: 'How long the PC has run: pauses are not counted, earlier starts are. Linux’s own log counts from its own start.',
  },
  endpoint: {
    name: 'Endpoint',
    asked: 'an endpoint',
    text: 'A device as the IOMMU sees it: something that reads or writes memory by itself. Its number says who makes an access.',
    clause: '5.13',
  },
  domain: {
    name: 'Domain',
    asked: 'a domain',
    text: 'A set of mappings of its own. Endpoints that are attached to the same domain reach the same memory.',
    clause: '5.13.6',
  },
  iova: {
    name: 'IOVA',
    asked: 'an IOVA',
    text: 'I/O virtual address: the address that a device uses. It means something only in the domain of that device.',
    clause: '5.13.6',
  },
  gpa: {
    name: 'GPA',
    asked: 'a GPA',
    text: 'Guest-physical address: a place in the memory of this PC, as its processor counts it.',
    clause: '5.13.6.5',
  },
  mapping: {
    name: 'Mapping',
    asked: 'a mapping',
    text: 'An entry of a domain: these IOVAs lead to those places in memory, for reading, writing or both. The driver makes it with MAP and removes it with UNMAP.',
    clause: '5.13.6.5',
  },
  dma: {
    name: 'DMA',
    asked: 'DMA',
    text: 'Direct memory access: a device reads or writes memory by itself, without the processor.',
  },
  bypass: {
    name: 'Bypass',
    asked: 'bypass',
    text: 'The IOMMU lets accesses through unchanged: the device reaches all memory.',
    clause: '5.13.6',
  },
  fault: {
    name: 'Fault',
    asked: 'a fault',
    text: 'An access that the IOMMU stopped: no mapping allows it. The device gets nothing, and memory stays as it is.',
    clause: '5.13.6.9',
  },
  attach: {
    name: 'ATTACH',
    asked: 'ATTACH',
    text: 'The request that puts an endpoint into a domain; DETACH takes it out again.',
    clause: '5.13.6.3',
  },
  page: {
    name: 'Page',
    asked: 'a page',
    text: 'Memory is handed out in pages, here of 4 KiB. A mapping has whole pages.',
    clause: '5.13.4',
  },
  'request-queue': {
    name: 'Request queue',
    asked: 'a request queue',
    text: 'Where the driver puts its requests to the IOMMU: ATTACH, DETACH, MAP, UNMAP, PROBE.',
    clause: '5.13.2',
  },
  'event-queue': {
    name: 'Event queue',
    asked: 'an event queue',
    text: 'Where the IOMMU reports faults to the driver. The driver has to put empty buffers there first.',
    clause: '5.13.2',
  },
  'reserved-region': {
    name: 'Reserved region',
    asked: 'a reserved region',
    text: 'Addresses of an endpoint that the driver must not map, because they have a meaning of their own.',
    clause: '5.13.6.8.2',
  },
  msi: {
    name: 'MSI',
    asked: 'an MSI',
    text: 'Message-signalled interrupt: a device interrupts the processor by writing to a certain address, its doorbell.',
    clause: '5.13.6.8',
  },
  ring: {
    name: 'Ring',
    asked: 'a ring',
    text: 'A queue in memory that driver and device share. The driver offers buffers there, and the device hands them back.',
    clause: '2.6',
  },
  probe: {
    name: 'PROBE',
    asked: 'PROBE',
    text: 'The request that asks for the properties of an endpoint, such as its reserved regions.',
    clause: '5.13.6.7',
  },
  snapshot: {
    name: 'Snapshot',
    asked: 'a snapshot',
    text: 'The whole PC at one moment, in a file: this page starts from one, so that nobody has to wait for a boot.',
  },
  recording: {
    name: 'Recording',
    asked: 'a recording',
    text: 'All that was done to the PC since power-on. Played again it gives the same session, instruction by instruction.',
  },
} as const satisfies Readonly<Record<string, TermEntry>>;

export type TermId = keyof typeof TERMS;
