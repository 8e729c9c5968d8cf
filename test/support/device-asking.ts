// A device session as `viommu device` has it, for tests: asked in objects instead of lines.

import { parseDeviceArguments } from '../../src/cli/device/device-arguments.ts';
import { DeviceSession } from '../../src/cli/device/device-session.ts';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { storeModule } from './stores.ts';

/** ATTACH of endpoint 8 to domain 1; MAP of a page at 0x1000 to 0x4000, readable and writable. */
export const ATTACH = '0100000001000000080000000000000000000000';
export const PAGE = '0010000000000000ff1f000000000000';
export const MAP = `0300000001000000${PAGE}004000000000000003000000`;
export const OK = { used: 4, bytes: '00000000' };
export const NOMEM = { used: 4, bytes: '08000000' };
export const UNSUPP = { used: 4, bytes: '02000000' };
export const INVAL = { used: 4, bytes: '04000000' };
export const DONE = { ok: true };
export const MSI = { kind: 'msi', start: '0xfee00000', end: '0xfeefffff' };

export type Ask = (line: object) => unknown;

export function open(words = ''): DeviceSession {
  const args = parseDeviceArguments(words === '' ? [] : words.split(' '));
  return new DeviceSession(args, new WasmStore(storeModule, args.limits));
}

export function start(words = ''): Ask {
  const session = open(words);
  return (line) => JSON.parse(session.answer(JSON.stringify(line)));
}

export const request = (bytes: string, more: object = {}): object => {
  return { op: 'request', bytes, writable: 4, ...more };
};
export const read = (address: string, length = 16, endpoint = 8): object => {
  return { op: 'dma', endpoint, address, length, access: 'read' };
};
export const fault = (address: string, reason = 2, flags = 0x101): object => {
  return { fault: { reason, flags, endpoint: 8, address } };
};

/** A device whose endpoint 8 has the page. */
export function startMapped(words = ''): Ask {
  const ask = start(words);
  for (const bytes of [ATTACH, MAP]) ask(request(bytes));
  return ask;
}
