// A file's text as `npm run format` would leave it, for files that programs write.

import { format } from 'oxfmt';
import options from '../../.oxfmtrc.json' with { type: 'json' };

/** The text, formatted as the name of its file demands. Rejects with an `Error` that says where it can not be read. */
export async function formatted(name: string, text: string): Promise<string> {
  const { code, errors } = await format(name, text, options);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${name}: ${error.codeframe ?? error.message}`);
  return code;
}
