// What became of the rogue access that a person had made last. A machine that starts over is asked nothing of that.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Emitter } from '../../src/base/emitter.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';

export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'result'; readonly request: RogueRequest; readonly result: RogueResult };

export interface OutcomePorts {
  /** A machine starts from nothing. */
  readonly restarted: Pick<Emitter<void>, 'on'>;
  readonly onSend: (request: RogueRequest) => Promise<RogueResult>;
}

export interface Sending {
  readonly outcome: Outcome;
  /** Whether an answer is still to come. */
  readonly isSending: boolean;
  readonly send: (request: RogueRequest) => void;
}

const NONE: Outcome = { kind: 'none' };

export function useOutcome({ restarted, onSend }: OutcomePorts): Sending {
  const [outcome, setOutcome] = useState(NONE);
  const [isSending, setSending] = useState(false);
  /** Counts machines: what was asked of an earlier one is not shown any more. */
  const turn = useRef(0);
  useEffect(
    () =>
      restarted.on(() => {
        turn.current += 1;
        setOutcome(NONE);
        setSending(false);
      }),
    [restarted],
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
  return { outcome, isSending, send: (request) => void ask(request) };
}
