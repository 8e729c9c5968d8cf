// What `<viommu-machine>` and the page in its frame say to each other, over a port of their own.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';

/** The first message to the frame, which brings the port. */
export const HELLO = 'viommu-machine';

/** Asked of the page; each is answered. */
export type EmbedCall =
  | { readonly what: 'type'; readonly text: string }
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

export type EmbedNews =
  /** `state`: what was asked for, or null. */
  | { readonly kind: 'answer'; readonly id: number; readonly state: IommuState | null }
  /** `message` is for the user. */
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'event'; readonly name: EmbedEventName; readonly detail: unknown };

/** Events of the element, behind `viommu-`. */
export type EmbedEventName = 'ready' | 'fault' | 'failure';

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
