// The moment in the page's address, `?at=SEQUENCE`, so that a link and the browser's way back lead there. Without it the page
// shows the present.

import type { MomentChoice } from './moment-choice.ts';

const NAME = 'at';
/** Browsers refuse many changes in a short time, and scrubbing makes one a frame. */
const SETTLE_MS = 250;

/** What is used of a window. */
export type AddressWindow = Pick<
  Window,
  'location' | 'history' | 'addEventListener' | 'setTimeout' | 'clearTimeout'
>;

function readMoment({ location }: AddressWindow): number | null {
  const text = new URLSearchParams(location.search).get(NAME) ?? '';
  const sequence = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return sequence > 0 ? sequence : null;
}

function addressOf({ location }: AddressWindow, sequence: number | null): string {
  const url = new URL(location.href);
  if (sequence === null) url.searchParams.delete(NAME);
  else url.searchParams.set(NAME, String(sequence));
  return url.href;
}

/** Looks at the address's moment, and keeps both together from now on. */
export function followAddress(moment: MomentChoice, window: AddressWindow): void {
  let timer: number | undefined;
  const settle = (): void => {
    timer = undefined;
    window.history.replaceState(null, '', addressOf(window, moment.chosen.peek()));
  };
  moment.look(readMoment(window), 'replace');
  moment.moved.on((move) => {
    if (move === 'replace') {
      timer ??= window.setTimeout(settle, SETTLE_MS);
      return;
    }
    window.clearTimeout(timer);
    timer = undefined;
    const address = addressOf(window, moment.chosen.peek());
    if (address !== window.location.href) window.history.pushState(null, '', address);
  });
  window.addEventListener('popstate', () => {
    window.clearTimeout(timer);
    timer = undefined;
    moment.look(readMoment(window), 'replace');
  });
}
