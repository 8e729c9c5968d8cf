// The memories of emulators, with a guest's RAM in each, and whether somebody still holds them.

import { collector } from './allocation.ts';

/** What Node itself has for its network is smaller. */
const LEAST_RAM = 1 << 20;

export interface MadeMemories {
  /** How many were made. */
  readonly count: number;
  /** How many of them are there after a collection of garbage. */
  readonly held: () => Promise<number>;
}

/** Watches the memories of emulators that `work` makes while it makes modules into instances. */
export async function madeMemories(work: () => Promise<void>): Promise<MadeMemories> {
  const made: WeakRef<WebAssembly.Memory>[] = [];
  const { instantiate } = WebAssembly;
  Reflect.set(WebAssembly, 'instantiate', async (...words: unknown[]): Promise<unknown> => {
    const instance: unknown = await Reflect.apply(instantiate, WebAssembly, words);
    if (instance instanceof WebAssembly.Instance) {
      for (const each of Object.values(instance.exports)) {
        const isRam = each instanceof WebAssembly.Memory && each.buffer.byteLength > LEAST_RAM;
        if (isRam) made.push(new WeakRef(each));
      }
    }
    return instance;
  });
  try {
    await work();
  } finally {
    Reflect.set(WebAssembly, 'instantiate', instantiate);
  }
  const collect = collector();
  return {
    count: made.length,
    held: async () => {
      // What was used in this turn of the event loop stays for it
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      return made.filter((each) => each.deref() !== undefined).length;
    },
  };
}
