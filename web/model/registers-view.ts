// What is known of the registers of a device.

import type { DeviceRegisters } from '../../src/worker/api/look.ts';

export type RegistersView =
  | { readonly kind: 'unasked' }
  /** No PCI function. */
  | { readonly kind: 'none'; readonly endpoint: number }
  /** The page shows a moment that the machine does not stand at: registers are in no record. */
  | { readonly kind: 'past'; readonly endpoint: number }
  | { readonly kind: 'there'; readonly endpoint: number; readonly registers: DeviceRegisters };
