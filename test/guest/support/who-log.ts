// Who made each MAP and UNMAP of a guest, written down while it happens.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { GuestSession } from '../../../src/guest/testing.ts';
import { readBacktrace, type Backtrace } from '../../../src/kernel/backtrace.ts';
import { readPackedSymbols } from '../../../src/kernel/packed-symbols.ts';
import type { SymbolTable } from '../../../src/kernel/symbol-table.ts';
import { WALK_WORDS } from '../../../src/kernel/walk-layout.ts';

const SYMBOLS_FILE = join(import.meta.dirname, '../../../guest-images/kernel-symbols.gz');

/** A MAP or UNMAP, and who made it. */
export interface WhoEntry {
  readonly kind: 'map' | 'unmap';
  readonly domain: number;
  readonly iova: bigint;
  readonly trace: Backtrace;
}

/** The symbols of the kernel that the guest runs. */
export function committedSymbols(guest: GuestSession): SymbolTable {
  const text = gunzipSync(readFileSync(SYMBOLS_FILE)).toString('latin1');
  const result = readPackedSymbols(text, guest.plan.images.kernel);
  if ('refusal' in result) throw new Error(result.refusal);
  return result.symbols;
}

/** Listens from now on; each call of what is returned gives what came since the one before. */
export function logWho(guest: GuestSession, symbols: SymbolTable | undefined): () => WhoEntry[] {
  const words = new Uint32Array(WALK_WORDS);
  let entries: WhoEntry[] = [];
  guest.iommu.onEvent(({ event }) => {
    if (event.kind !== 'mapped' && event.kind !== 'unmapped') return;
    const trace = readBacktrace(words, guest.who.walk(words), symbols);
    const kind = event.kind === 'mapped' ? 'map' : 'unmap';
    entries.push({ kind, domain: event.domain, iova: event.virtStart, trace });
  });
  return () => entries.splice(0);
}
