// How the guest's DMA goes, as a person chooses it: the plan's mode, and when Linux takes back what it has mapped.

import type { IommuMode } from './machine-plan.ts';

/**
 * `strict`: what a driver gives back is unmapped before it can be used again; `lazy`: in batches, later; `bypass` and `off` as
 * in `IommuMode`.
 */
export type DmaWay = 'strict' | 'lazy' | 'bypass' | 'off';
export const DMA_WAYS: readonly DmaWay[] = ['strict', 'lazy', 'bypass', 'off'];

/** Linux (`iommu_dma_setup`): the project's kernel is strict unless it is told otherwise. */
const STRICTNESS = /(?<!\S)iommu\.strict=(\S*)\s*/g;
const LAZY = 'iommu.strict=0';

/** The way of a mode and an addition to the command line, of which Linux takes the last word. */
export function dmaWayOf(mode: IommuMode, append: string): DmaWay {
  if (mode !== 'translated') return mode;
  const last = [...append.matchAll(STRICTNESS)].at(-1)?.[1];
  return last === '0' || last === 'n' || last === 'N' ? 'lazy' : 'strict';
}

/** Mode and addition to the command line for a way; what else is added stays. */
export function chooseDmaWay(
  way: DmaWay,
  append: string,
): { readonly mode: IommuMode; readonly append: string } {
  const rest = append.replace(STRICTNESS, '').trim();
  if (way === 'lazy') return { mode: 'translated', append: `${rest} ${LAZY}`.trim() };
  return { mode: way === 'strict' ? 'translated' : way, append: rest };
}
