// Flows of a trace of Chrome JSON: from the request that took a mapping away to the fault that this led to.

import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import { explainAll } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import type { History } from '../replay/history.ts';
import type { ChromeEvent, Track } from './chrome-tracks.ts';
import { hexText } from './chrome-words.ts';

const ENDERS: readonly IommuEvent['kind'][] = [
  'unmapped',
  'detached',
  'reset',
  'system-reset',
  'power-cycled',
];

interface Flow {
  /** A number in hexadecimal: Perfetto drops flows with any other. */
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

export class ChromeFlows {
  readonly #explanations = new Map<number, Explanation>();
  readonly #flows = new Map<number, Flow[]>();
  #count = 0;
  #isCut = false;

  /** Explains at most that many faults and refused requests. */
  constructor(history: History, maxExplained: number) {
    for (const explanation of explainAll(history)) {
      if (this.#explanations.size === maxExplained) {
        this.#isCut = true;
        break;
      }
      this.#add(history, explanation);
    }
  }

  /** Whether some faults are not explained. */
  get isCut(): boolean {
    return this.#isCut;
  }

  explanation(sequence: number): Explanation | undefined {
    return this.#explanations.get(sequence);
  }

  /** The ends of flows that are at an event; they bind to the slice that is there. */
  *at(sequence: number, track: Track, ts: number): Generator<ChromeEvent> {
    for (const { id, from } of this.#flows.get(sequence) ?? []) {
      const place = { cat: 'why', name: 'led to', id, ...track, ts };
      yield sequence === from ? { ph: 's', ...place } : { ph: 'f', bp: 'e', ...place };
    }
  }

  #add({ record }: History, explanation: Explanation): void {
    const { sequence: to, cause, evidence } = explanation;
    this.#explanations.set(to, explanation);
    if (record.event(to)?.event.kind !== 'faulted') return;
    for (const from of evidence) {
      const kind = record.event(from)?.event.kind;
      if (kind === undefined || from >= to) continue;
      if (!ENDERS.includes(kind) && !(cause === 'moved' && kind === 'attached')) continue;
      this.#count += 1;
      const flow = { id: hexText(BigInt(this.#count)), from, to };
      for (const end of [from, to]) {
        const flows = this.#flows.get(end) ?? [];
        this.#flows.set(end, flows);
        flows.push(flow);
      }
    }
  }
}
