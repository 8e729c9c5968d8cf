// The bytes of a message with their fields: a request and its answer, as the record has them, and a fault's report.

import { dialectOf as dialectNamed } from '../../src/iommu/protocol/dialects.ts';
import {
  faultFields,
  layoutsOf,
  replyFields,
  requestFields,
  type MessageField,
} from '../../src/iommu/protocol/layouts/message-fields.ts';
import type { FaultEvent } from '../../src/iommu/events/iommu-event.ts';
import type { WireRequest } from '../../src/iommu/events/wire-request.ts';
import { highWord, lowWord } from '../../src/base/words.ts';
import {
  READABLE_DESCRIPTORS_MAX,
  WRITABLE_DESCRIPTORS_MAX,
} from '../../src/trace/record/request-bytes.ts';
import { formatPlural } from '../format/quantity.ts';
import { fieldWords } from './field-words.ts';
import type { ByteBlock, FieldView } from './inspected.ts';
import { dialectOf, type Subject } from './subject.ts';

interface Told {
  readonly subject: Subject;
  /** Which of the blocks it is: no two fields of one thing have one ID. */
  readonly block: string;
  readonly bytes: Uint8Array;
  readonly domain: number | null;
}

function views(fields: readonly MessageField[], told: Told): readonly FieldView[] {
  const { subject, block, bytes, domain } = told;
  return fields.map((field) => {
    const { key, name, offset, size } = field;
    const words = fieldWords(subject, field, bytes, domain);
    return { id: `${block} ${offset}`, key, name, offset, size, words };
  });
}

/** `36 bytes in 1 descriptor`; without the descriptors where they are not known. */
function framing(length: number, descriptors: number, most: number): string {
  const bytes = formatPlural(length, 'byte');
  if (descriptors === 0) return bytes;
  if (descriptors >= most) return `${bytes} in ${most} or more descriptors`;
  return `${bytes} in ${formatPlural(descriptors, 'descriptor')}`;
}

/** What the driver asked, and what the device wrote. `domain`: that of the request. */
export function requestBlocks(
  subject: Subject,
  request: WireRequest,
  domain: number | null,
): readonly ByteBlock[] {
  const dialect = dialectOf(subject);
  const layouts = layoutsOf(dialect);
  const { readable, written, writtenLength, readableLength, writableLength } = request;
  const fields = requestFields(dialect, readable);
  const [type] = fields;
  const asked: ByteBlock = {
    title: 'The driver asked',
    note: framing(readableLength, request.readableDescriptors, READABLE_DESCRIPTORS_MAX),
    clause: type?.layout.clause ?? layouts.head.clause,
    bytes: readable,
    missing: readableLength - readable.length,
    fields: views(fields, { subject, block: 'request', bytes: readable, domain }),
  };
  const room = framing(writableLength, request.writableDescriptors, WRITABLE_DESCRIPTORS_MAX);
  const isCut = written.length < writtenLength;
  // The tail is at the end, which is what is not kept
  const answer = isCut ? [] : replyFields(dialect, Number(type?.value ?? 0n), written);
  const answered: ByteBlock = {
    title: 'The device answered',
    note:
      writtenLength === 0
        ? `Nothing: there is room for ${room}, and they went back unwritten.`
        : `${formatPlural(writtenLength, 'byte')}; there is room for ${room}`,
    clause: layouts.tail.clause,
    bytes: written,
    missing: writtenLength - written.length,
    fields: views(answer, { subject, block: 'answer', bytes: written, domain }),
  };
  return [asked, answered];
}

/** What was written into the event queue. It is not recorded: a report is what its dialect makes of the fault. */
export function reportBlock(subject: Subject, fault: FaultEvent): ByteBlock | null {
  const dialect = dialectOf(subject);
  const { encodeFault } = dialectNamed(dialect);
  const { fault: layout } = layoutsOf(dialect);
  if (!fault.isReported || encodeFault === undefined || layout === undefined) return null;
  const { reason, flags, endpoint, address, domain } = fault;
  const bytes = encodeFault({
    reason,
    flags,
    endpoint,
    high: highWord(address),
    low: lowWord(address),
  });
  return {
    title: 'The device reported',
    note: `${formatPlural(bytes.length, 'byte')} in a buffer of the event queue`,
    clause: layout.clause,
    bytes,
    missing: 0,
    fields: views(faultFields(dialect, bytes), { subject, block: 'report', bytes, domain }),
  };
}
