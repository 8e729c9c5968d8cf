// What `viommu boot` does once the guest is up, from the texts of --run and --rogue.

import type { RogueRequest } from '../../machine/rogue-access.ts';
import { findEndpointId } from '../machine-options.ts';
import { parseUnsigned } from '../number-text.ts';
import { UsageError } from '../usage-error.ts';

/** What is done once the guest is up, in the order of the command line. */
export type BootStep =
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'rogue'; readonly request: RogueRequest };

/** Bytes of an access that `--rogue` makes. */
const ROGUE_LENGTH = 4;
const ROGUE_EXAMPLE = 'Example: --rogue rogue:0xdead0000:write';

/** The step that the option asks for. Throws `UsageError`. */
export function readStep(name: 'run' | 'rogue', text: string): BootStep {
  if (name === 'rogue') return { kind: 'rogue', request: readRogue(text) };
  if (text.trim() === '') throw new UsageError('--run needs a command. Example: --run disk-read');
  return { kind: 'run', command: text };
}

function readRogue(text: string): RogueRequest {
  const [endpointText, addressText, access, ...rest] = text.split(':');
  if (
    endpointText === undefined ||
    addressText === undefined ||
    rest.length > 0 ||
    (access !== 'read' && access !== 'write')
  ) {
    throw new UsageError(
      `--rogue takes ENDPOINT:ADDRESS:read or ENDPOINT:ADDRESS:write, not "${text}". ${ROGUE_EXAMPLE}`,
    );
  }
  const address = parseUnsigned(addressText, 64);
  if (address === undefined) {
    throw new UsageError(
      `--rogue needs a 64-bit address such as 0xdead0000, not "${addressText}". ${ROGUE_EXAMPLE}`,
    );
  }
  return { endpoint: findEndpointId(endpointText), address, access, length: ROGUE_LENGTH };
}
