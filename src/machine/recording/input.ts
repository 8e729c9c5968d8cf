// All that a host does to a running machine: what a machine of its own never comes to by itself.

export interface RogueRequest {
  /** ID of the endpoint that makes the access. */
  readonly endpoint: number;
  /** IOVA; guest-physical on a machine without an IOMMU. */
  readonly address: bigint;
  readonly access: 'read' | 'write';
  /** 1..4096 bytes. */
  readonly length: number;
}

export type Input =
  /** Bytes for the guest's console, or for the line on which the project's guest runs commands. */
  | { readonly kind: 'console' | 'agent'; readonly bytes: Uint8Array }
  /** An access that no driver asked for. */
  | { readonly kind: 'access'; readonly request: RogueRequest }
  /** A file for the shared folder. */
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array }
  /** Off and on again. */
  | { readonly kind: 'power-cycle' }
  /** What v86 has translated of the guest's code was dropped, as for a snapshot. */
  | { readonly kind: 'forget-code' };

/** An input and its place: so many ticks had ended, and since then the CPU was halted for so many microseconds. */
export interface LoggedInput {
  readonly tick: number;
  readonly idleUs: number;
  readonly input: Input;
}
