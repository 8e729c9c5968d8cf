// What a page says to its service worker.

/** Asked of a worker that waits: are you of my build? It answers with a boolean, and takes over if it is. */
export interface PageQuestion {
  /** The URL of the page's script. */
  readonly script: string;
}

/** Told to the worker when the page has all that it needs. */
export interface PageRequest {
  readonly keepsRest: true;
}
