// UNMAPs that the guest's driver has put into the request queue and the device has not carried out: the driver may take them for
// done.

import { joinWords } from '../base/words.ts';
import { waitingRequests } from '../virtio/waiting-chains.ts';
import type { Board } from './board.ts';
import type { WaitingUnmap } from './waiting-unmap.ts';

const POSITIONS = 0x1_0000;
/** The request queue (virtio 1.2, 5.13.2). */
const REQUEST_QUEUE = 0;
/** Longer than an UNMAP. */
const MAX_BYTES = 64;

/** In the order in which the device will take them; none on a machine without an IOMMU. */
export function waitingUnmaps({ iommu, memory, plugged }: Board): readonly WaitingUnmap[] {
  const transport = plugged.find(({ name }) => name === 'iommu')?.transport;
  if (iommu === undefined || transport === undefined) return [];
  const { position, requests } = waitingRequests(
    memory,
    transport.save(),
    REQUEST_QUEUE,
    MAX_BYTES,
  );
  return requests.flatMap((bytes, index) => {
    const request = iommu.readRequest(bytes);
    if (request?.kind !== 'unmap') return [];
    const { domain, startHigh, startLow, endHigh, endLow } = request;
    return [
      {
        position: (position + index) % POSITIONS,
        domain,
        virtStart: joinWords(startHigh, startLow),
        virtEnd: joinWords(endHigh, endLow),
      },
    ];
  });
}
