/** How the page's address follows a choice: by a new entry of the browser's history, or in place of the last one. */
export type Move = 'push' | 'replace';
