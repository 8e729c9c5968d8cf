// The example driver for `edu`, which the page can put into the guest's shared folder. Fetched when it is wanted.

import moduleUrl from '../guest-images/modules/edu.ko?url&inline';

/** The module's bytes. */
export async function exampleModule(): Promise<Blob> {
  const base64 = moduleUrl.slice(moduleUrl.indexOf(',') + 1);
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]);
}
