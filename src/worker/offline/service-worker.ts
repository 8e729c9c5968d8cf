// The page's service worker. The build puts the list of its files in place of BUILD_FILES.

import { KeptFiles, type BuildFiles } from './kept-files.ts';
import type { PageQuestion, PageRequest } from './page-question.ts';

declare const self: ServiceWorkerGlobalScope;
declare const BUILD_FILES: BuildFiles;

/** So long a person waits for a network that says nothing, before what is kept is shown. */
const PATIENCE_MS = 3_000;

const files = new KeptFiles(BUILD_FILES, {
  caches: self.caches,
  fetch: (url, init) => fetch(url, init),
  scope: self.registration.scope,
  patience: () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
});

self.addEventListener('install', (event) => event.waitUntil(files.install()));

self.addEventListener('activate', (event) => {
  const begin = async (): Promise<void> => {
    await files.activate();
    // A page asked for while this worker starts (navigationPreload) never loads in Firefox once its connection fails
    await self.registration.navigationPreload?.disable();
    await self.clients.claim();
  };
  event.waitUntil(begin());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const answer = files.answer(request, () => fetch(request));
  if (answer !== undefined) event.respondWith(answer);
});

self.addEventListener('message', (event) => {
  const said: PageQuestion | PageRequest = event.data;
  if ('keepsRest' in said) {
    event.waitUntil(files.keepRest());
    return;
  }
  const isOwn = files.isOwnScript(said.script);
  // Nothing is taken from an open page: what it may still load stays kept
  if (isOwn) void self.skipWaiting();
  event.ports[0]?.postMessage(isOwn);
});
