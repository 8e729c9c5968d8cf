// Answers why: explains events of the record, and names who was behind them.

import type { Machine } from '../../machine/machine.ts';
import { driverFunction } from '../../kernel/driver-function.ts';
import { framesOf } from '../../kernel/stack-frames.ts';
import type { SymbolTable, Symbols } from '../../kernel/symbol-table.ts';
import type { Stack } from '../../trace/record/who.ts';
import type { EventStory, StackFunctions, WhyApi } from '../api/why.ts';
import { eventStory, functionNames, stackFunctions } from './event-story.ts';
import { GuestSymbols } from './guest-symbols.ts';
import type { MachineLife } from './machine-life.ts';

export class WhyHost implements WhyApi {
  readonly #life: MachineLife;
  readonly #symbols = new GuestSymbols();
  /** Machines whose kernel has no symbols in itself. */
  readonly #lacking = new WeakSet<Machine>();

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async explain(sequence: number): Promise<EventStory | null> {
    const known = await this.#knownSymbols();
    const past = this.#life.history?.past;
    if (past === undefined) return null;
    return eventStory(past, sequence, () => this.#withModules(known ?? this.#ownSymbols()));
  }

  async drivers(stacks: readonly Stack[]): Promise<readonly (string | null)[]> {
    const symbols = await this.#symbolsForStacks();
    return stacks.map((stack) => driverFunction(framesOf(stack, symbols)) ?? null);
  }

  async functions(stacks: readonly Stack[]): Promise<readonly StackFunctions[]> {
    const symbols = await this.#symbolsForStacks();
    return stacks.map((stack) => stackFunctions(stack, symbols));
  }

  async names(addresses: readonly number[]): Promise<readonly (string | null)[] | null> {
    return functionNames(addresses, await this.#symbolsForStacks());
  }

  async #symbolsForStacks(): Promise<Symbols | undefined> {
    const known = await this.#knownSymbols();
    // Looked for once: that takes a look at all of its memory
    return this.#withModules(known ?? (this.#life.isUp ? this.#ownSymbols() : undefined));
  }

  /** A module may come and go: its functions are looked for each time that one is met. */
  #withModules(symbols: SymbolTable | undefined): Symbols | undefined {
    return symbols && (this.#life.machine?.who.withModules(symbols) ?? symbols);
  }

  #knownSymbols(): Promise<SymbolTable | undefined> {
    return this.#symbols.of(this.#life.machine?.plan.images.kernel ?? null);
  }

  /** A kernel of somebody else's may carry its symbols in itself. */
  #ownSymbols(): SymbolTable | undefined {
    const { machine, isUp } = this.#life;
    if (machine === undefined || this.#lacking.has(machine)) return undefined;
    const symbols = machine.who.kallsyms();
    if (symbols === undefined && isUp) this.#lacking.add(machine);
    return symbols;
  }
}
