// What the page may do, said by the page itself, by the server, and checked by a test against both.

/**
 * Styles are allowed inline as the terminal makes style sheets for its colours and sizes, and WebAssembly is compiled. A
 * server that sends the same as a header covers the worker, too.
 */
export const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self'",
].join('; ');
