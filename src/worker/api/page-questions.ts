// What a program may ask of the guest in a page, from outside: questions and answers are values that any border takes.

import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import type { Moment } from './look.ts';
import type { BranchInfo, Place, Registers, RunDigest } from './past.ts';
import type { RogueRequest, RogueResult } from './stray-dma.ts';

/** Each question with what it is asked of. */
export interface PageQuestions {
  readonly moment: [];
  readonly mappings: [domain: number];
  readonly events: [];
  readonly rogueDma: [request: RogueRequest];
  readonly start: [];
  readonly pause: [];
  readonly powerCycle: [];
  readonly place: [];
  readonly branches: [];
  readonly registers: [];
  readonly digest: [];
  readonly goTo: [sequence: number, branch?: number];
  readonly toEnd: [branch?: number];
  readonly drop: [branch: number];
  readonly recording: [];
  readonly saveFile: [];
  readonly restoreFile: [file: Uint8Array];
  readonly giveFile: [name: string, bytes: Uint8Array<ArrayBuffer>];
}

/** The answer of each question. */
export interface PageAnswers extends Record<keyof PageQuestions, unknown> {
  readonly moment: Moment;
  readonly mappings: readonly Mapping[];
  readonly events: readonly RecordedEvent[];
  readonly rogueDma: RogueResult;
  readonly start: void;
  readonly pause: void;
  readonly powerCycle: void;
  readonly place: Place;
  readonly branches: readonly BranchInfo[];
  readonly registers: Registers;
  readonly digest: RunDigest;
  readonly goTo: Place;
  readonly toEnd: Place;
  readonly drop: void;
  readonly recording: Uint8Array<ArrayBuffer>;
  readonly saveFile: Uint8Array<ArrayBuffer>;
  readonly restoreFile: void;
  readonly giveFile: void;
}

/** What answers the questions; each rejects with an `Error` whose message is for the user. */
export type PageAnswerers = {
  readonly [Q in keyof PageQuestions]: (...asked: PageQuestions[Q]) => Promise<PageAnswers[Q]>;
};

/** An answer, or why there is none: errors lose their kind on the way. */
export type PageReply<Q extends keyof PageQuestions> =
  | { readonly isRefused: false; readonly answer: PageAnswers[Q] }
  | { readonly isRefused: true; readonly name: string; readonly message: string };
