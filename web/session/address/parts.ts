// What the session has in the page's address.

import { printRange } from '../../model/range-text.ts';
import { parseLocator, printLocator } from '../../model/locator.ts';
import type { FilterChoice } from '../filter-choice.ts';
import type { MachineSession } from '../machine-session.ts';
import type { MomentChoice } from '../moment-choice.ts';
import type { RangeChoice } from '../range-choice.ts';
import type { SelectionChoice } from '../selection.ts';
import { addMachineParts } from './machine-parts.ts';
import type { AddressPart, PageAddress } from './page-address.ts';

/** `at=SEQUENCE`: the moment that is looked at; the present without it. */
function momentPart(moment: MomentChoice): AddressPart {
  return {
    name: 'at',
    text: () => moment.chosen.peek()?.toString() ?? null,
    show: (text) => {
      const sequence = /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
      moment.look(sequence > 0 ? sequence : null, 'replace');
    },
    moved: moment.moved,
  };
}

/** `sel=LOCATOR`: what is selected. */
function selectionPart(selection: SelectionChoice): AddressPart {
  return {
    name: 'sel',
    text: () => {
      const locator = selection.chosen.peek();
      return locator === null ? null : printLocator(locator);
    },
    show: (text) => selection.select(text === null ? null : parseLocator(text), 'replace'),
    moved: selection.moved,
  };
}

/** Servers refuse long addresses, often from 8 KiB on, and the page could not be loaded again; a character takes three as `%28`. */
const LONGEST_FILTER = 2_000;

/** `filter=TEXT`: the filter as it was written, right or wrong; without one that is too long for an address. */
function filterPart(filter: FilterChoice): AddressPart {
  return {
    name: 'filter',
    text: () => {
      const text = filter.text.peek();
      return text === '' || text.length > LONGEST_FILTER ? null : text;
    },
    show: (text) => filter.set(text ?? '', 'replace'),
    moved: filter.moved,
  };
}

/** `range=1.5s..2.25s`: the stretch of guest time that is counted; all that is kept without it. */
function rangePart(range: RangeChoice): AddressPart {
  return {
    name: 'range',
    text: () => {
      const chosen = range.chosen.peek();
      return chosen === null ? null : printRange(chosen);
    },
    show: (text) => range.ask(text),
    moved: range.moved,
  };
}

/** Puts what a person looks at into the address, and shows what the address asks for. */
export function addSessionParts(
  address: PageAddress,
  { power, moment, selection, filter, range }: MachineSession,
): void {
  addMachineParts(address, power);
  address.add(momentPart(moment));
  address.add(selectionPart(selection));
  address.add(filterPart(filter));
  address.add(rangePart(range));
}
