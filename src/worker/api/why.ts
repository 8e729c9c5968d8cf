// Why: what became of an access or a request, and who in the guest was behind it.

import type { CauseId } from '../../trace/explain/causes.ts';
import type { Stack } from '../../trace/record/who.ts';

/** Who did something that an explanation rests on. */
export interface StoryCaller {
  /** The event that it did, or caused. */
  readonly sequence: number;
  /** "dd (pid 83)"; null where it is not known. */
  readonly task: string | null;
  /** Functions of the guest's kernel, the innermost first; addresses where there are no symbols. */
  readonly functions: readonly string[];
  /** Whether the kernel has symbols. */
  readonly areNamed: boolean;
}

/** What is on a stack of the guest's kernel. */
export type StackFunctions = Pick<StoryCaller, 'functions' | 'areNamed'>;

/** An explanation in words. */
export interface EventStory {
  readonly sequence: number;
  /** Its stable name, such as `map-overlap`. */
  readonly cause: CauseId;
  /** One sentence. */
  readonly sentence: string;
  /** Sequences of the events that it rests on. */
  readonly evidence: readonly number[];
  /** Where the specification has the rule: `virtio 1.2, 5.13.6.9`. */
  readonly clause: string;
  readonly callers: readonly StoryCaller[];
}

export interface WhyApi {
  /**
   * The driver's function on each of these stacks of the guest's kernel ("virtblk_add_req"); null where it is not known, as in a
   * kernel whose symbols nobody has.
   */
  drivers(stacks: readonly Stack[]): Promise<readonly (string | null)[]>;
  /** All functions on each of these stacks. */
  functions(stacks: readonly Stack[]): Promise<readonly StackFunctions[]>;
  /**
   * The function that the call before each of these return addresses is in; null where there is none. Null for a kernel whose symbols
   * nobody has.
   */
  names(addresses: readonly number[]): Promise<readonly (string | null)[] | null>;
  /** Why an event was refused; null for one that was not, and for one that is no longer kept. */
  explain(sequence: number): Promise<EventStory | null>;
}
