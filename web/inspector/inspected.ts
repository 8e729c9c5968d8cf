// What the inspector shows of the one thing that is selected: facts, bytes, and the rules that they fall under. Plain data, in
// words that name other things by their locators.

import type { Who } from '../../src/trace/record/who.ts';
import type { Locator } from '../model/locator.ts';

/** Words that name a thing which can be selected in its turn. */
export interface Link {
  readonly text: string;
  readonly to: Locator;
}

/** What came after the moment that is looked at: nobody knew it then. */
export interface Later {
  readonly later: readonly (string | Link)[];
}

/** A run of words, some of which are links. */
export type Words = readonly (string | Link | Later)[];

export interface Fact {
  readonly name: string;
  readonly words: Words;
}

/** When something was, up to the moment that is looked at. */
export interface Life {
  /** `2.832 to 2.982 s (150 ms)`. */
  readonly words: string;
  /** Where it begins and ends between the ends of a lane, from 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** When the things of a list were, each in a lane of the same stretch of time. */
export interface Lives {
  /** One for each row. */
  readonly rows: readonly Life[];
  /** The ends of the lanes: `2.1 s`. */
  readonly from: string;
  readonly to: string;
}

/** Things of one kind, the first ones. */
export interface FactList {
  readonly title: string;
  readonly rows: readonly Words[];
  readonly lives?: Lives;
  /** Said where there are none. */
  readonly none: string;
  /** Said below, where not all are listed or known. */
  readonly note: string | null;
}

/** A field of a message. */
export interface FieldView {
  /** One name for each place, such as `request 8`. */
  readonly id: string;
  /** The structure and the field, by which rules name it: `map.virt_start`. */
  readonly key: string;
  /** As the specification spells it. */
  readonly name: string;
  /** In the block's bytes. */
  readonly offset: number;
  readonly size: number;
  readonly words: Words;
}

/** Bytes as they were on the wire. */
export interface ByteBlock {
  readonly title: string;
  /** What is to be known of them. */
  readonly note: string;
  /** Where the structure is told of: `virtio 1.2, 5.13.6.5`. */
  readonly clause: string;
  readonly bytes: Uint8Array;
  /** Bytes that there were behind these and that are not kept. */
  readonly missing: number;
  readonly fields: readonly FieldView[];
}

export interface Inspected {
  readonly locator: Locator;
  /** A few words: `MAP #1,234`. */
  readonly title: string;
  /** One or two sentences. */
  readonly lead: Words;
  readonly facts: readonly Fact[];
  readonly blocks: readonly ByteBlock[];
  readonly lists: readonly FactList[];
  /** Where the specification tells of it; null where it does not. */
  readonly clause: string | null;
  /** Sections of the specification whose rules apply; of a message its fields name them, too. */
  readonly sections: readonly string[];
  /** Who caused it; null for what is no event. */
  readonly who: Who | null;
  /** The event that it is, or began with: the moment to look at. Null where there is none. */
  readonly sequence: number | null;
  /** Whether it was stopped or refused, so that there is more to be said of why. */
  readonly isRefused: boolean;
  /** The domain that an endpoint is in; null for none, and for what is no endpoint. */
  readonly domain: number | null;
}

const NOTHING: Omit<Inspected, 'locator' | 'title' | 'lead'> = {
  facts: [],
  blocks: [],
  lists: [],
  clause: null,
  sections: [],
  who: null,
  sequence: null,
  isRefused: false,
  domain: null,
};

/** Something of which only this is to be said. */
export function inspected(
  locator: Locator,
  title: string,
  lead: Words,
  rest: Partial<Inspected> = {},
): Inspected {
  return { ...NOTHING, ...rest, locator, title, lead };
}

/** The section of a clause: `5.13.6.5` of `virtio 1.2, 5.13.6.5`; of a draft its name. */
export function sectionOf(clause: string): string {
  return clause.replace(/^virtio 1\.2, /, '');
}
