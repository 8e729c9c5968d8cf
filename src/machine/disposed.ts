// What a machine that has ended answers.

import { InputError } from './images/guest-images.ts';

/** Why it does nothing any more. */
export function disposed(): InputError {
  return new InputError('This machine was disposed. Make a new one.');
}
