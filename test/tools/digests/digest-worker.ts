// The script in a browser's worker: browser-run.ts bundles it, starts it, and serves all that it fetches.

import { fetchGuestFiles } from '../../support/fetched-files.ts';
import { answerOf } from './digest-script.ts';

void answerOf(fetchGuestFiles).then((answer) => globalThis.postMessage(answer, {}));
