// The devices that Linux's text names, as endpoints with numbers.

import type { RecordedEndpoint } from '../record/head.ts';

const PCI = /^0000:([0-9a-f]{2}):([0-1][0-9a-f])\.([0-7])$/;
/** Behind all PCI addresses of segment 0. */
const FIRST_OTHER = 0x1_0000;

export class FtraceDevices {
  /** Grows while lines come. */
  readonly endpoints: RecordedEndpoint[] = [];
  readonly #numbers = new Map<string, number>();
  #others = 0;

  /** The number of a device, which stays the same. */
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const id = pciNumber(name) ?? FIRST_OTHER + this.#others++;
    this.#numbers.set(name, id);
    this.endpoints.push({ id, name, reserved: [] });
    return id;
  }
}

/** Bus, device and function as one number: the ID of an endpoint that a range of PCI devices begins at 0 for. */
function pciNumber(name: string): number | undefined {
  const [, bus, device, func] = PCI.exec(name) ?? [];
  if (bus === undefined || device === undefined || func === undefined) return undefined;
  return (parseInt(bus, 16) << 8) | (parseInt(device, 16) << 3) | Number(func);
}
