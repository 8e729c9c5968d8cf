// A session in an address: the bytes of its recording, packed, as base64url behind `#session=`.

const NAME = 'session=';
/** Longer addresses are cut by mail programs, chats and some browsers. */
export const MAX_LINK_LENGTH = 32_768;
/** Text that is looked at, at most; and bytes that it may unpack to: a recording of a day is smaller. */
const MAX_TEXT = 1 << 21;
const MAX_BYTES = 1 << 26;

const DAMAGED =
  'The recording in this link is damaged. Ask for the link again, or for the recording as a file.';

/** The bytes of a recording as the part of an address behind its #. */
export async function sessionFragment(recording: Uint8Array<ArrayBuffer>): Promise<string> {
  const packed = new Blob([recording]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  return NAME + base64url(bytes);
}

/** Whether an address's part behind its # holds a session. */
export function hasSession(hash: string): boolean {
  return hash.startsWith(`#${NAME}`);
}

/** The bytes of the recording in it, at most so many. Rejects with an error for the user. */
export async function readSessionFragment(
  hash: string,
  maxBytes = MAX_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const text = hash.slice(NAME.length + 1);
  if (text.length > MAX_TEXT) throw new Error(DAMAGED);
  try {
    const packed = new Blob([fromBase64url(text)]).stream();
    return await bounded(packed.pipeThrough(new DecompressionStream('deflate-raw')), maxBytes);
  } catch (cause) {
    throw new Error(DAMAGED, { cause });
  }
}

async function bounded(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > maxBytes) throw new Error('more than a recording has');
    pieces.push(next.value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
