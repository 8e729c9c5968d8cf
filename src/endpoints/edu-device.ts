// A PCI device to learn driver programming on, with the registers of QEMU's `edu`: a driver for that one works here. Written
// from QEMU's description of it ("EDU device"), by which it inverts a word, computes factorials, raises interrupts, and
// moves up to 4 KiB between memory and a buffer of its own.
//
// What is otherwise than there:
// - A transfer that would leave the buffer makes no access; it takes its time and ends as others do.
// - A transfer takes 1 ms of guest time, and so does a factorial: QEMU's takes 100 ms. That is long enough for a driver to unmap a
//   buffer that is still in flight, and no shorter than the PC's CPU goes on before it looks for interrupts.
// - A transfer is one access at its end: stopped anywhere, it moves nothing. A read that is stopped fills its part of the buffer
//   with ones, and the function's status has "received master abort" until a driver clears it.
// - The upper half of a 64-bit register is at its offset plus 4, as the PC makes two accesses of one with 64 bits. The lower half,
//   written, clears the upper.
// - It can be reset by its driver (FLR), and masks its one message.

import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { PciFunction, type PciFunctionState } from '../pci/pci-function.ts';
import * as at from './edu-registers.ts';
import { EduTransfer, type EduTransferState } from './edu-transfer.ts';

/** Milliseconds of guest time that a transfer or a factorial takes. */
export const EDU_WORK_MS = 1;

const IDENTITY = {
  vendorId: 0x1234,
  deviceId: 0x11e8,
  subsystemVendorId: 0x1af4,
  subsystemId: 0x1100,
  revision: 0x10,
  deviceClass: 0x00ff,
};

/** What nobody answers for. */
const NOBODY_8 = 0xff;
const NOBODY_32 = 0xffff_ffff;
const WORD = 4;
/** From this one on a factorial is a multiple of 2^32. */
const FACTORIAL_ZERO = 34;

export interface EduParts {
  /** Where the registers are, guest-physical: a multiple of EDU_WINDOW_BYTES. */
  readonly address: number;
  /** What is behind the function, and its INTA#. */
  readonly memory: AddressSpace<Address>;
  readonly pin: { setLevel(isAsserted: boolean): void };
  /** Guest time in milliseconds. A look may take time. */
  readonly clock: { read(): number };
  readonly dmaMask?: bigint | undefined;
}

/** Plain data. Times are guest time in milliseconds; null where nothing is under way. */
export interface EduState {
  readonly pci: PciFunctionState;
  readonly transfer: EduTransferState;
  readonly liveness: number;
  readonly factorial: number;
  readonly isInterruptWanted: boolean;
  readonly interrupts: number;
  readonly transferEndMs: number | null;
  readonly factorialEndMs: number | null;
}

export class EduDevice {
  readonly pci: PciFunction;
  /** Hears that a driver has begun a transfer. */
  onStart: () => void = () => undefined;
  readonly #clock: EduParts['clock'];
  readonly #transfer: EduTransfer;
  #liveness = 0;
  #factorial = 0;
  #isInterruptWanted = false;
  #interrupts = 0;
  #transferEndMs: number | null = null;
  #factorialEndMs: number | null = null;

  constructor({ address, memory, pin, clock, dmaMask = at.EDU_DMA_MASK }: EduParts) {
    this.pci = new PciFunction({
      identity: IDENTITY,
      window: { address, size: at.EDU_WINDOW_BYTES },
      memory,
      pin,
      onReset: () => this.#reset(),
    });
    this.#clock = clock;
    this.#transfer = new EduTransfer(this.pci.bus, dmaMask);
  }

  /** A driver reads `width` bytes at an offset of the window, unsigned. Only aligned words are answered. */
  read(offset: number, width: number): number {
    if (width !== WORD) return NOBODY_8;
    if (!this.pci.answersMemory || offset % WORD !== 0) return NOBODY_32;
    if (this.#isBusy) this.pass(this.#clock.read());
    return this.#register(offset);
  }

  /** A driver writes. Only aligned words are taken. */
  write(offset: number, width: number, value: number): void {
    if (width !== WORD || !this.pci.answersMemory || offset % WORD !== 0) return;
    if (this.#isBusy) this.pass(this.#clock.read());
    switch (offset) {
      case at.EDU_LIVENESS:
        this.#liveness = ~value >>> 0;
        return;
      case at.EDU_FACTORIAL:
        this.#beginFactorial(value);
        return;
      case at.EDU_STATUS:
        this.#isInterruptWanted = (value & at.EDU_STATUS_INTERRUPT) !== 0;
        return;
      case at.EDU_INTERRUPT_RAISE:
        this.#raise(value);
        return;
      case at.EDU_INTERRUPT_ACKNOWLEDGE:
        this.#interrupts = (this.#interrupts & ~value) >>> 0;
        if (this.#interrupts === 0) this.pci.lower();
        return;
      default:
        if (offset >= at.EDU_DMA_SOURCE) this.#writeTransfer(offset, value);
    }
  }

  /** Ends what is due. Returns how many milliseconds later there is something to end; infinite for nothing. */
  pass(nowMs: number): number {
    const isEarlier = (this.#transferEndMs ?? Infinity) <= (this.#factorialEndMs ?? Infinity);
    const ends = [() => this.#endTransfer(nowMs), () => this.#endFactorial(nowMs)];
    for (const end of isEarlier ? ends : ends.toReversed()) end();
    const nextMs = Math.min(this.#transferEndMs ?? Infinity, this.#factorialEndMs ?? Infinity);
    return Math.max(0, nextMs - nowMs);
  }

  /** The word at an offset as it is, without a look at the clock: nothing comes of it. */
  peek(offset: number): number {
    return this.#register(offset);
  }

  save(): EduState {
    return {
      pci: this.pci.save(),
      transfer: this.#transfer.save(),
      liveness: this.#liveness,
      factorial: this.#factorial,
      isInterruptWanted: this.#isInterruptWanted,
      interrupts: this.#interrupts,
      transferEndMs: this.#transferEndMs,
      factorialEndMs: this.#factorialEndMs,
    };
  }

  /** Back to what was saved; nobody hears of it. Throws `Error` for what is no state of this device. */
  restore(state: EduState): void {
    this.pci.restore(state.pci);
    this.#transfer.restore(state.transfer);
    this.#liveness = state.liveness >>> 0;
    this.#factorial = state.factorial >>> 0;
    this.#isInterruptWanted = state.isInterruptWanted;
    this.#interrupts = state.interrupts >>> 0;
    this.#transferEndMs = state.transferEndMs;
    this.#factorialEndMs = state.factorialEndMs;
  }

  get #isBusy(): boolean {
    return this.#transferEndMs !== null || this.#factorialEndMs !== null;
  }

  #register(offset: number): number {
    switch (offset) {
      case at.EDU_IDENTIFICATION:
        return at.EDU_IDENTIFICATION_VALUE;
      case at.EDU_LIVENESS:
        return this.#liveness;
      case at.EDU_FACTORIAL:
        return this.#factorial;
      case at.EDU_STATUS:
        return (
          (this.#factorialEndMs === null ? 0 : at.EDU_STATUS_COMPUTING) |
          (this.#isInterruptWanted ? at.EDU_STATUS_INTERRUPT : 0)
        );
      case at.EDU_INTERRUPT_STATUS:
        return this.#interrupts;
      default:
        return this.#transfer.read(offset) ?? NOBODY_32;
    }
  }

  #beginFactorial(value: number): void {
    if (this.#factorialEndMs !== null) return;
    this.#factorial = value >>> 0;
    this.#factorialEndMs = this.#clock.read() + EDU_WORK_MS;
  }

  #endFactorial(nowMs: number): void {
    if (this.#factorialEndMs === null || nowMs < this.#factorialEndMs) return;
    this.#factorialEndMs = null;
    this.#factorial = factorialOf(this.#factorial);
    if (this.#isInterruptWanted) this.#raise(at.EDU_INTERRUPT_FACTORIAL);
  }

  #writeTransfer(offset: number, value: number): void {
    if (!this.#transfer.write(offset, value)) return;
    this.#transferEndMs = this.#clock.read() + EDU_WORK_MS;
    this.onStart();
  }

  #endTransfer(nowMs: number): void {
    if (this.#transferEndMs === null || nowMs < this.#transferEndMs) return;
    this.#transferEndMs = null;
    if (!this.#transfer.finish() && this.pci.isBusMaster) this.pci.noteAbort();
    if (this.#transfer.wantsInterrupt) this.#raise(at.EDU_INTERRUPT_DMA);
  }

  #raise(bits: number): void {
    this.#interrupts = (this.#interrupts | bits) >>> 0;
    if (this.#interrupts !== 0) this.pci.raise();
  }

  #reset(): void {
    this.#transfer.reset();
    this.#liveness = 0;
    this.#factorial = 0;
    this.#isInterruptWanted = false;
    this.#interrupts = 0;
    this.#transferEndMs = null;
    this.#factorialEndMs = null;
  }
}

/** Modulo 2^32. */
function factorialOf(value: number): number {
  if (value >= FACTORIAL_ZERO) return 0;
  let product = 1;
  for (let factor = value; factor > 1; factor -= 1) product = Math.imul(product, factor);
  return product >>> 0;
}
