// What becomes of a machine's power.

/** What the guest did to its power in the tick that has just ended. */
export type PowerWish = 'reboot' | 'powered-off' | 'halted' | 'crashed';

/**
 * `power-cycled`: everything but the disks starts afresh. `powered-off`: the guest switched itself off. `halted`: it
 * stopped its CPU for good. `crashed`: the emulator failed on something the guest did. After these only a power cycle helps.
 */
export type PowerEvent = 'power-cycled' | Exclude<PowerWish, 'reboot'>;
