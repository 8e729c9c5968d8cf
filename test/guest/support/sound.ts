// Whether a guest's IOMMU is sound: in the state that its record has, and open to nobody.

import { expect } from 'vitest';
import type { GuestSession } from '../../../src/guest/testing.ts';
import { History } from '../../../src/trace/replay/history.ts';
import { answerOf, answerOfMoment, digestOf } from '../../tools/device-answer.ts';

/** Pages that are swept beside the edges of all mappings. */
const PAGES = 1 << 12;
const EDGE_ACCESSES = 200;

/** Both disks are being read when the shell goes on. */
export const READ_DISKS = '(cat /dev/vda /dev/sda >/dev/null 2>&1 &); usleep 5000';

/** Fails unless the device is what its record says, and a short sweep finds nothing that leaks or is wrongly stopped. */
export async function expectSound(guest: GuestSession): Promise<void> {
  const { record } = guest.iommu;
  const history = new History(record);
  const moment = history.at(record.lastSequence);
  history.dispose();
  if (!moment.isKnown) throw new Error('the record goes back to power on');
  const device = answerOf(guest.iommu.state(), (domain) => guest.iommu.mappings(domain));
  expect(digestOf(answerOfMoment(moment))).toBe(digestOf(device));
  const swept = await guest.lab.sweep({ pages: PAGES, edgeAccesses: EDGE_ACCESSES });
  expect(swept).toMatchObject({ leaked: 0, wronglyBlocked: 0, wrong: [] });
}
