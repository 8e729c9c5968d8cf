// A plan's text in the address of a page: JSON as it is, or as base64url, which needs no escapes.

import { InputError } from '../images/guest-images.ts';

/** The text as base64url. */
export function encodeParameter(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The text of an address; `what` names it in messages. Throws `InputError` for what is neither. */
export function decodeParameter(text: string, what: string): string {
  if (/^\s*\{/.test(text) || !/^[A-Za-z0-9_-]+=*$/.test(text)) return text;
  try {
    const bytes = Uint8Array.from(
      atob(text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')),
      (character) => character.charCodeAt(0),
    );
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${what} is neither JSON nor base64url of it. Copy the address again.`, {
      cause,
    });
  }
}
