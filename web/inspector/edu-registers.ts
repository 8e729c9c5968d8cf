// The registers of `edu`, in words for somebody who writes a driver for it.

import * as at from '../../src/endpoints/edu-registers.ts';
import type { DeviceRegisters } from '../../src/worker/api/look.ts';
import type { ByteBlock, Words } from './inspected.ts';
import { bitWords, hexOf } from './register-bits.ts';
import { iovaLink } from './subject.ts';

/** A register of a window. */
export interface RegisterRow {
  readonly offset: number;
  readonly name: string;
  /** What it holds; empty where it can only be written. */
  readonly value: string;
  readonly words: Words;
}

type Window = NonNullable<DeviceRegisters['window']>;

const UPPER = 4;
const WRITE_ONLY = 'write only';

function busyWords(status: number): string {
  const busy = (status & at.EDU_STATUS_COMPUTING) !== 0 ? 'a factorial is being computed' : 'idle';
  const wants = (status & at.EDU_STATUS_INTERRUPT) !== 0 ? 'an interrupt is wanted at its end' : '';
  return [busy, wants].filter((part) => part !== '').join('; ');
}

/** Where an address of a transfer is: the buffer has addresses of its own. */
function placeWords(address: bigint, isMemory: boolean, domain: number | null): Words {
  if (!isMemory) {
    const offset = address - BigInt(at.EDU_BUFFER_ADDRESS);
    const isIn = offset >= 0n && offset < BigInt(at.EDU_BUFFER_BYTES);
    return [
      isIn
        ? `byte ${offset} of the device’s own buffer`
        : 'outside the device’s buffer: nothing is moved',
    ];
  }
  const reached = address & at.EDU_DMA_MASK;
  const cut = reached === address ? '' : ' (the device has 28 address bits)';
  const link = domain === null ? hexOf(Number(reached), 8) : iovaLink(domain, reached);
  return ['memory, as the device sees it: ', link, cut];
}

function commandWords(command: number): string {
  if (command === 0) return 'no transfer yet';
  const way =
    (command & at.EDU_DMA_TO_MEMORY) === 0
      ? 'from memory to the buffer'
      : 'from the buffer to memory';
  const state = (command & at.EDU_DMA_RUN) === 0 ? 'over' : 'under way';
  const interrupt = (command & at.EDU_DMA_INTERRUPT) === 0 ? '' : ', with an interrupt at its end';
  return `${way}, ${state}${interrupt}`;
}

/** Each register with what it holds; `domain` is the one that the device is in. */
export function eduRows({ words }: Window, domain: number | null): readonly RegisterRow[] {
  const word = (offset: number): number => words.find((each) => each.offset === offset)?.value ?? 0;
  const long = (offset: number): bigint =>
    BigInt(word(offset)) | (BigInt(word(offset + UPPER)) << 32n);
  const row = (offset: number, name: string, told: Words): RegisterRow => ({
    offset,
    name,
    value: hexOf(word(offset), 8),
    words: told,
  });
  const longRow = (offset: number, name: string, told: Words): RegisterRow => ({
    offset,
    name,
    value: `0x${long(offset).toString(16).padStart(8, '0')}`,
    words: told,
  });
  const command = word(at.EDU_DMA_COMMAND);
  const isToMemory = (command & at.EDU_DMA_TO_MEMORY) !== 0;
  const isUsed = command !== 0;
  const place = (address: bigint, isMemory: boolean): Words =>
    isUsed ? placeWords(address, isMemory, domain) : [];
  const liveness = word(at.EDU_LIVENESS);
  const id = word(at.EDU_IDENTIFICATION);
  return [
    row(at.EDU_IDENTIFICATION, 'identification', [
      `edu, version ${id >>> 24}.${(id >>> 16) & 0xff}: a driver looks here first`,
    ]),
    row(at.EDU_LIVENESS, 'liveness', [
      `gives back what was written with every bit inverted (${hexOf(~liveness >>> 0, 8)} was written), so that a driver finds out that the device answers`,
    ]),
    row(at.EDU_FACTORIAL, 'factorial', [
      `write a number, read its factorial (modulo 2^32) when it is computed: ${word(at.EDU_FACTORIAL)}`,
    ]),
    row(at.EDU_STATUS, 'status', [busyWords(word(at.EDU_STATUS))]),
    row(at.EDU_INTERRUPT_STATUS, 'interrupt status', [
      bitWords(
        word(at.EDU_INTERRUPT_STATUS),
        [
          [at.EDU_INTERRUPT_FACTORIAL, 'a factorial is computed'],
          [at.EDU_INTERRUPT_DMA, 'a transfer is over'],
        ],
        word(at.EDU_INTERRUPT_STATUS) === 0 ? 'none waits' : 'raised by the driver',
      ),
    ]),
    {
      offset: at.EDU_INTERRUPT_RAISE,
      name: 'interrupt raise',
      value: '',
      words: [`${WRITE_ONLY}: asks for an interrupt`],
    },
    {
      offset: at.EDU_INTERRUPT_ACKNOWLEDGE,
      name: 'interrupt acknowledge',
      value: '',
      words: [`${WRITE_ONLY}: says that one was handled`],
    },
    longRow(at.EDU_DMA_SOURCE, 'DMA source', [
      'from where. ',
      ...place(long(at.EDU_DMA_SOURCE), !isToMemory),
    ]),
    longRow(at.EDU_DMA_DESTINATION, 'DMA destination', [
      'to where. ',
      ...place(long(at.EDU_DMA_DESTINATION), isToMemory),
    ]),
    longRow(at.EDU_DMA_COUNT, 'DMA count', [
      `${long(at.EDU_DMA_COUNT)} bytes, at most ${at.EDU_BUFFER_BYTES}`,
    ]),
    row(at.EDU_DMA_COMMAND, 'DMA command', [commandWords(command)]),
  ];
}

/** What is in the device's buffer. */
export function eduBuffer({ buffer }: Window): ByteBlock {
  return {
    title: 'Buffer',
    note: `The first ${buffer.length} of its ${at.EDU_BUFFER_BYTES} bytes: what a transfer moves. A driver does not see them; a read that the IOMMU stopped leaves ones (ff).`,
    clause: '',
    bytes: buffer,
    missing: 0,
    fields: [],
  };
}
