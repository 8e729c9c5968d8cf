// How the times of what is shown are written: the same on the whole page.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { GUEST_TIME, type Clock } from '../format/clock.ts';

export const ClockContext = createContext<Clock>(GUEST_TIME);

export function useClock(): Clock {
  return useContext(ClockContext);
}
