// Who in the guest makes a device do what it does, as programs outside ask for it: without what answers.

import type { Dispose } from '../base/emitter.ts';
import type { KernelProfile } from '../kernel/kernel-profile.ts';
import type { SymbolTable, Symbols } from '../kernel/symbol-table.ts';

/** A notification of an endpoint or of the IOMMU. */
export interface EndpointNotification {
  /** Null: the IOMMU itself. */
  readonly endpoint: number | null;
  /** A virtqueue's index; for IDE the channel. */
  readonly queue: number;
}

/** Looks at a machine's guest. The guest can not notice: nothing of it changes, and its clock stands still meanwhile. */
export interface WhoView {
  /**
   * Writes who runs now into `into`, WALK_WORDS words at least, and returns how many it wrote (src/kernel/walk-layout.ts). Asked
   * while an event or a notification is told, it is who asked the device for that. It takes microseconds and makes no objects.
   */
  walk(into: Uint32Array): number;
  /** Tells how the current task is found, for a kernel that is not the project's own; undefined: it can not be. */
  setProfile(profile: KernelProfile | undefined): void;
  /** The symbols that the guest's kernel carries in itself; undefined when it has none, or has not come so far. It takes some 0.3 s, once. */
  kallsyms(): SymbolTable | undefined;
  /**
   * The kernel's symbols, with those of the modules that are loaded when one of their functions is first asked for; `symbols` is
   * the kernel's own. A module that is gone by then, or that is still being started, has none.
   */
  withModules(symbols: SymbolTable): Symbols;
  /** Subscribes to the notifications of endpoints and of the IOMMU, told before the device hears of them. */
  onNotification(listener: (notification: EndpointNotification) => void): Dispose;
}
