// What a person should know of a run's DMA, at its end: what is still mapped and who mapped it, what was refused and why, and
// what a driver should not do.

import { driverFunction } from '../../kernel/driver-function.ts';
import { framesOf } from '../../kernel/stack-frames.ts';
import type { Symbols } from '../../kernel/symbol-table.ts';
import { explainAll } from '../../trace/explain/explain.ts';
import { sizeInWords } from '../../trace/explain/words.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import { History } from '../../trace/replay/history.ts';
import type { Moment } from '../../trace/replay/moment.ts';

/** Lines of one kind; more are counted. */
const MAX_LINES = 20;
/** Makers of an endpoint's mappings that are named. */
const MAX_MAKERS = 3;

const NO_SYMBOLS =
  'The guest’s kernel has no symbols: who made a mapping is told by task, and not by function.';

/** The findings as text. */
export function runFindings(record: IommuRecord, symbols: Symbols | undefined): string {
  const history = new History(record);
  const end = history.at(record.lastSequence);
  const sections = [
    end.isKnown ? leftBehind(end, record, symbols) : [],
    end.isKnown ? growth(end, history, record) : [],
    refusals(history),
    unmapsOfNothing(record),
  ];
  history.dispose();
  if (symbols === undefined && record.everybody.stacks.length > 0) sections.push([NO_SYMBOLS]);
  return sections.flatMap((lines) => lines.map((line) => `${line}\n`)).join('');
}

/** The driver's function that made a mapping, and the task it worked for. */
function makerOf(
  record: IommuRecord,
  sequence: number,
  symbols: Symbols | undefined,
): string | undefined {
  const { task, stack } = record.who(sequence);
  const driver = stack === null ? undefined : driverFunction(framesOf(stack, symbols));
  if (driver === undefined) return task?.comm;
  return task === null || task.isInterrupted ? driver : `${driver} (${task.comm})`;
}

function leftBehind(
  end: Moment,
  record: IommuRecord,
  symbols: Symbols | undefined,
): readonly string[] {
  const lines = end.endpoints.flatMap(({ name, domain }) => {
    const mappings = domain === null ? [] : end.mappings(domain, 0n, Infinity);
    if (mappings.length === 0) return [];
    const bytes = mappings.reduce((sum, each) => sum + each.virtEnd - each.virtStart + 1n, 0n);
    const makers = new Map<string, number>();
    for (const { born } of mappings) {
      const maker = (born === null ? undefined : makerOf(record, born, symbols)) ?? 'not known';
      makers.set(maker, (makers.get(maker) ?? 0) + 1);
    }
    const named = [...makers]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, MAX_MAKERS)
      .map(([maker, count]) => `${count} by ${maker}`);
    const more = makers.size > MAX_MAKERS ? ', …' : '';
    return [
      `  ${name}: ${counted(mappings.length, 'mapping')}, ${sizeInWords(bytes)}: ${named.join(', ')}${more}`,
    ];
  });
  return lines.length === 0 ? ['Nothing is mapped at the end.'] : ['Mapped at the end:', ...lines];
}

function growth(end: Moment, history: History, record: IommuRecord): readonly string[] {
  const ready = record.marks.findLast((mark) => mark.kind === 'stage' && mark.stage === 'ready');
  const then = ready === undefined ? undefined : history.at(ready.sequence);
  if (then?.isKnown !== true) return [];
  const most = history.stretch(then.sequence, end.sequence)?.live.most ?? end.count;
  return [
    `Mapped when the guest was up: ${then.count}; at the end: ${end.count}; most meanwhile: ${most}.`,
  ];
}

function refusals(history: History): readonly string[] {
  const lines: string[] = [];
  let count = 0;
  for (const { sequence, sentence } of explainAll(history)) {
    count += 1;
    if (count <= MAX_LINES) lines.push(`  #${sequence} ${sentence}`);
  }
  if (count === 0) return ['No access was stopped, and no request refused.'];
  const more = count > MAX_LINES ? [`  … and ${count - MAX_LINES} more`] : [];
  return ['Stopped accesses and refused requests:', ...lines, ...more];
}

function unmapsOfNothing(record: IommuRecord): readonly string[] {
  const found: number[] = [];
  for (let sequence = record.firstSequence; sequence <= record.lastSequence; sequence += 1) {
    const event = record.event(sequence)?.event;
    if (event?.kind === 'unmapped' && event.status === 0 && event.removed === 0) {
      found.push(sequence);
    }
  }
  if (found.length === 0) return [];
  const shown = found.slice(0, MAX_LINES).map((sequence) => `#${sequence}`);
  const more = found.length > MAX_LINES ? ', …' : '';
  return [`${counted(found.length, 'UNMAP')} of what was not mapped: ${shown.join(', ')}${more}`];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
