// What a page may ask of a machine, answered from a trace: it can be looked at, and nothing of it can be done.

import { driverFunction } from '../../kernel/driver-function.ts';
import { framesOf } from '../../kernel/stack-frames.ts';
import { joinedSymbols, symbolTableOf, type Symbols } from '../../kernel/symbol-table.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { Stack } from '../../trace/record/who.ts';
import type { History } from '../../trace/replay/history.ts';
import type { MachineApi } from '../api/api.ts';
import type { EventStory } from '../api/why.ts';
import { eventStory, functionNames, stackFunctions } from '../host/event-story.ts';
import { GuestSymbols } from '../host/guest-symbols.ts';
import { traceMachineInfo } from './trace-info.ts';

function refuse(): never {
  throw new Error('This is a trace: nothing runs.');
}

const refused = async (): Promise<never> => refuse();

/** `history` gives the trace that is open, or throws an error for the user. `begin` has it told to the page. */
export function traceMachine(history: () => History, begin: () => void): Omit<MachineApi, 'news'> {
  const symbols = new TraceSymbols();
  return {
    power: {
      boot: async () => {
        begin();
        return traceMachineInfo(history());
      },
      pause: refused,
      resume: refused,
      reset: refused,
    },
    console: { type: async () => undefined, resize: async () => undefined },
    shell: { run: refused },
    dma: { rogueDma: refused },
    lab: {
      sweep: refused,
      arm: refused,
      disarm: async () => undefined,
      schedule: refused,
      cancel: async () => undefined,
      watchWindow: async () => undefined,
      window: async () => null,
    },
    share: { give: refused },
    look: {
      listMappings: async (domain, from, limit) => mappingsOf(history(), domain, from, limit),
      moment: refused,
      events: refused,
      registers: async () => null,
    },
    why: {
      explain: async (sequence): Promise<EventStory | null> => {
        const found = await symbols.of(history());
        return eventStory(history(), sequence, () => found);
      },
      drivers: async (stacks: readonly Stack[]) => {
        const found = await symbols.of(history());
        return stacks.map((stack) => driverFunction(framesOf(stack, found)) ?? null);
      },
      functions: async (stacks: readonly Stack[]) => {
        const found = await symbols.of(history());
        return stacks.map((stack) => stackFunctions(stack, found));
      },
      names: async (addresses: readonly number[]) =>
        functionNames(addresses, await symbols.of(history())),
    },
    recording: { save: refused, open: refused, replay: refused },
    past: {
      place: refused,
      branches: async () => [],
      registers: refused,
      digest: refused,
      goTo: refused,
      toEnd: refused,
      drop: refused,
    },
    saving: { save: refused, restore: refused },
  };
}

function mappingsOf(
  history: History,
  domain: number,
  from: bigint,
  limit: number,
): readonly Mapping[] {
  const moment = history.at(history.record.lastSequence);
  return moment.isKnown ? moment.mappings(domain, from, limit) : [];
}

/** Those of the project's own kernel, and those that the trace has in itself: of modules, or of another kernel. */
class TraceSymbols {
  readonly #known = new GuestSymbols();

  async of({ record }: History): Promise<Symbols | undefined> {
    const others = (): Symbols | undefined => symbolTableOf(record.functions);
    const known = await this.#known.of(record.head.kernel);
    return known === undefined ? others() : joinedSymbols(known, others);
  }
}
