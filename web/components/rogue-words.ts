// What the rogue form says: who would check the access, and what became of it.

import type { IommuMode } from '../../src/worker/api/power.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import { formatAddress } from '../format/address.ts';
import { faultReasonSentence, faultTitle, formatHexBytes } from '../format/iommu-words.ts';

/** The button that sends one. */
export const SEND_ROGUE = 'Send rogue DMA';

/** What happens to the address, before the first try. */
export const ROGUE_INTRO: Readonly<Record<IommuMode, string>> = {
  translated:
    'The device puts this address on the bus. The IOMMU looks it up in the mappings of the device’s domain. If none of them allows the access, the IOMMU stops it and reports it to Linux.',
  bypass:
    'The device puts this address on the bus. In bypass the IOMMU looks nothing up: the device reaches all of the PC’s memory, Linux included.',
  off: 'The device puts this address on the bus. There is no IOMMU: nothing checks it, and the device reaches all of the PC’s memory, Linux included.',
};

/** The address field's label. */
export const ADDRESS_LABEL: Readonly<Record<IommuMode, string>> = {
  translated: 'Address (IOVA)',
  bypass: 'Address (guest-physical)',
  off: 'Address (guest-physical)',
};

/** A result: its verdict, what is to be learnt from it, and whether the access was stopped. */
export interface RogueWords {
  readonly verdict: string;
  readonly text: string;
  readonly isBlocked: boolean;
}

function bytesInWords(bytes: Uint8Array): string {
  const [first] = bytes;
  const isUniform = bytes.length > 1 && bytes.every((byte) => byte === first);
  return isUniform
    ? `${bytes.length} × 0x${formatHexBytes(bytes.subarray(0, 1))}`
    : formatHexBytes(bytes);
}

/** Why nothing stopped an access to memory. */
function whyLetThrough(
  mode: IommuMode,
  { isBypass, region }: Extract<RogueResult, { readonly outcome: 'completed' }>,
): string {
  if (isBypass) {
    return mode === 'off'
      ? 'There is no IOMMU: nothing was checked.'
      : 'Nothing was checked (bypass).';
  }
  return region === 'identity'
    ? 'It lies in an identity region of the device, which needs no mapping.'
    : 'The IOMMU allows what Linux has mapped, even to a device gone astray.';
}

/** What a rogue access has come to. */
export function rogueWords(
  mode: IommuMode,
  { access, address, length }: RogueRequest,
  result: RogueResult,
): RogueWords {
  const isWrite = access === 'write';
  if (result.outcome === 'blocked') {
    const verdict =
      result.mappedFlags === null ? 'Blocked.' : `Blocked: ${faultTitle(result).toLowerCase()}.`;
    return { verdict, text: faultReasonSentence(result, isWrite, null), isBlocked: true };
  }
  if (result.outcome === 'no-master') {
    const text = 'no driver has switched its bus mastering on, so it cannot begin an access.';
    return { verdict: 'Not begun:', text, isBlocked: false };
  }
  if (result.outcome === 'no-memory') {
    const text = `but there is no memory at ${formatAddress(result.address)}.`;
    return { verdict: 'Nothing stopped it,', text, isBlocked: false };
  }
  if (result.region === 'msi') {
    const text = `${formatAddress(address)} lies in the window for interrupt messages (MSI), which every device may write to. It is not memory.`;
    return { verdict: 'Sent as an interrupt:', text, isBlocked: false };
  }
  const bytes = bytesInWords(result.bytes.subarray(0, length));
  const text = `${bytes} at ${formatAddress(address)}. ${whyLetThrough(mode, result)}`;
  return { verdict: isWrite ? 'Written:' : 'Read:', text, isBlocked: false };
}
