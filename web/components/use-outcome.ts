// What became of the rogue access that a person had made last. A machine that starts over, or stands
// elsewhere in time, knows nothing of that.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Emitter } from '../../src/base/emitter.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';

export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'result'; readonly request: RogueRequest; readonly result: RogueResult };

export interface OutcomePorts {
  /** The machine starts from nothing, or is taken elsewhere in time. */
  readonly left: Pick<Emitter<void>, 'on'>;
  readonly onSend: (request: RogueRequest) => Promise<RogueResult>;
}

export interface Sending {
  readonly outcome: Outcome;
  /** Whether an answer is still to come. */
  readonly isSending: boolean;
  readonly send: (request: RogueRequest) => void;
  /** What became of the last one is of no interest any more. */
  readonly forget: () => void;
}

const NONE: Outcome = { kind: 'none' };

export function useOutcome({ left, onSend }: OutcomePorts): Sending {
  const [outcome, setOutcome] = useState(NONE);
  const [isSending, setSending] = useState(false);
  /** Counts machines: what was asked of an earlier one is not shown any more. */
  const turn = useRef(0);
  useEffect(
    () =>
      left.on(() => {
        turn.current += 1;
        setOutcome(NONE);
        setSending(false);
      }),
    [left],
  );
  const ask = async (request: RogueRequest): Promise<void> => {
    const mine = turn.current;
    const tell = (next: Outcome): void => {
      if (mine !== turn.current) return;
      setOutcome(next);
      setSending(false);
    };
    setSending(true);
    try {
      tell({ kind: 'result', request, result: await onSend(request) });
    } catch (error) {
      tell({ kind: 'error', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return {
    outcome,
    isSending,
    send: (request) => void ask(request),
    forget: () => setOutcome(NONE),
  };
}
