// What the guest's network holds: a web server inside the page. ARP, DHCP, DNS and ping are answered by v86's own
// network; nothing leaves the machine.

/** Largest body of `/bytes/N`. */
const MAX_BYTES = 16 << 20;

const FRONT_PAGE = `<!doctype html>
<title>viommu</title>
<h1>Hello from the other side of the network card</h1>
<p>Every byte of this page was stored in your memory by virtio-net, at an IOVA that Linux mapped for it.</p>
`;

/** Byte `index` of the stream that `/bytes/N` sends: a 32-bit linear congruential generator's upper byte. */
export function streamBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

function respond(status: number, type: string, body: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, { status, headers: { 'content-type': type } });
}

/**
 * Answers a guest's HTTP request; any host name leads here. `/` is a page in HTML, `/bytes/N` is N bytes
 * (at most 16 MiB) of `streamBytes`, all else is 404. Never rejects.
 */
export function answerHttp(url: string, method = 'GET'): Response {
  if (method !== 'GET' && method !== 'HEAD') {
    return respond(405, 'text/plain', 'This server answers GET and HEAD.\n');
  }
  const path = URL.parse(url)?.pathname ?? '/';
  if (path === '/') return respond(200, 'text/html; charset=utf-8', FRONT_PAGE);
  const asked = /^\/bytes\/(\d{1,9})$/.exec(path)?.[1];
  if (asked !== undefined && Number(asked) <= MAX_BYTES) {
    return respond(200, 'application/octet-stream', streamBytes(Number(asked)));
  }
  return respond(404, 'text/plain', 'Nothing here. Try / or /bytes/4096.\n');
}
