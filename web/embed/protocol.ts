// What `<viommu-machine>` and the page in its frame say to each other, over a port of their own.

import type { IommuEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { CommandResult } from '../../src/shell/command-shell.ts';

/** The first message to the frame, which brings the port. */
export const HELLO = 'viommu-machine';

/** Asked of the page; each is answered. */
export type EmbedCall =
  | { readonly what: 'type'; readonly text: string }
  | { readonly what: 'run'; readonly command: string }
  /** Whether events are to be told. */
  | { readonly what: 'listen'; readonly isOn: boolean }
  | { readonly what: 'pause' }
  | { readonly what: 'resume' }
  /** Null: the present. */
  | { readonly what: 'goTo'; readonly sequence: number | null }
  | { readonly what: 'state' }
  /** A recording or a trace. */
  | { readonly what: 'open'; readonly file: Blob; readonly name: string };

export interface EmbedQuestion {
  readonly id: number;
  readonly call: EmbedCall;
}

/** What was asked for. */
export type EmbedAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'state'; readonly state: IommuState | null }
  | { readonly kind: 'result'; readonly result: CommandResult };

export type EmbedNews =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: EmbedAnswer }
  /** `message` is for the user. */
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'event'; readonly name: EmbedEventName; readonly detail: unknown };

/** Events of the element, behind `viommu-`. */
export type EmbedEventName = 'ready' | 'fault' | 'failure' | 'events';

/** An access that was stopped. */
export interface FaultDetail {
  readonly sequence: number;
  readonly endpoint: number;
  readonly address: bigint;
  readonly access: 'read' | 'write';
}

export interface FailureDetail {
  readonly kind: string;
  readonly message: string;
}

/** An event of the IOMMU, and when it was. */
export interface ToldEvent {
  readonly event: IommuEvent;
  /** Guest time since the machine was built. */
  readonly timeMs: number;
}

/** What has happened since the batch before, at most ten times a second. */
export interface EventsDetail {
  /** By ascending sequence; at most 1000, the latest. */
  readonly events: readonly ToldEvent[];
  /** Events before these that were too many to be told. */
  readonly missed: number;
}
