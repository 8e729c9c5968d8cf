// What the machine dialog is given of the session, and what the session does with the machine that comes of it.

import { saveRecording } from '../components/recording-controls.tsx';
import { machineTexts } from '../session/address/machine-parts.ts';
import type { PageAddress } from '../session/address/page-address.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { DoorPorts } from './machine-door.tsx';

/** What a link to another machine does not lead to: what was looked at in this one. */
const NOT_LOOKED_AT = { at: null, sel: null, range: null };

export function doorPorts(session: MachineSession, address: PageAddress): DoorPorts {
  const { power, recordings } = session;
  return {
    given: () => ({
      running: power.info.peek()?.plan ?? null,
      asked: power.asked.peek(),
      canSave: recordings.isReady.peek(),
      onSave: () => void saveRecording(() => recordings.saveFile()),
      linkOf: (request) => address.link({ ...machineTexts(request), ...NOT_LOOKED_AT }),
    }),
    onStart: (request) => {
      session.beginAnew();
      void power.choose(request);
    },
  };
}
