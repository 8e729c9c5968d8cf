// A PCI function with one memory window, one interrupt - by its pin or by message - and a reset of its own (PCI Local Bus
// 3.0, chapter 6; the reset is that of the advanced features capability).

import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { BusMaster } from './bus-master.ts';
import * as at from './config-layout.ts';
import { ConfigSpace, type ConfigField } from './config-space.ts';

export interface PciIdentity {
  readonly vendorId: number;
  readonly deviceId: number;
  readonly subsystemVendorId: number;
  readonly subsystemId: number;
  readonly revision: number;
  /** Base class and sub-class (appendix D). */
  readonly deviceClass: number;
}

export interface PciFunctionParts {
  readonly identity: PciIdentity;
  /** Base address register 0, which is fixed: see `FixedBar`. */
  readonly window: { readonly address: number; readonly size: number };
  readonly memory: AddressSpace<Address>;
  /** INTA#: told of each change. */
  readonly pin: { setLevel(isAsserted: boolean): void };
  /** Software has asked for a reset, and configuration space is as after power on. */
  readonly onReset: () => void;
}

/** Plain data. */
export interface PciFunctionState {
  readonly config: Uint8Array;
}

const MSI = 0x40;
const AF = MSI + at.PCI_MSI_SIZE;
const COMMAND_BITS =
  at.PCI_COMMAND_MEMORY |
  at.PCI_COMMAND_MASTER |
  at.PCI_COMMAND_PARITY |
  at.PCI_COMMAND_SERR |
  at.PCI_COMMAND_INTX_DISABLE;
const STATUS_ERRORS =
  at.PCI_STATUS_PARITY |
  at.PCI_STATUS_SIG_TARGET_ABORT |
  at.PCI_STATUS_REC_TARGET_ABORT |
  at.PCI_STATUS_REC_MASTER_ABORT |
  at.PCI_STATUS_SIG_SYSTEM_ERROR |
  at.PCI_STATUS_DETECTED_PARITY;
/** The one vector, among mask and pending bits. */
const VECTOR = 1;

function fieldsOf(identity: PciIdentity): readonly ConfigField[] {
  return [
    { offset: at.PCI_VENDOR_ID, size: 2, value: identity.vendorId },
    { offset: at.PCI_DEVICE_ID, size: 2, value: identity.deviceId },
    { offset: at.PCI_COMMAND, size: 2, value: 0, writable: COMMAND_BITS },
    { offset: at.PCI_STATUS, size: 2, value: at.PCI_STATUS_CAP_LIST, clearable: STATUS_ERRORS },
    { offset: at.PCI_REVISION_ID, size: 1, value: identity.revision },
    { offset: at.PCI_CLASS_DEVICE, size: 2, value: identity.deviceClass },
    { offset: at.PCI_CACHE_LINE_SIZE, size: 1, value: 0, writable: 0xff },
    { offset: at.PCI_LATENCY_TIMER, size: 1, value: 0, writable: 0xff },
    { offset: at.PCI_SUBSYSTEM_VENDOR_ID, size: 2, value: identity.subsystemVendorId },
    { offset: at.PCI_SUBSYSTEM_ID, size: 2, value: identity.subsystemId },
    { offset: at.PCI_CAPABILITY_LIST, size: 1, value: MSI },
    { offset: at.PCI_INTERRUPT_LINE, size: 1, value: 0, writable: 0xff },
    { offset: at.PCI_INTERRUPT_PIN, size: 1, value: at.PCI_INTERRUPT_PIN_A },
    { offset: MSI + at.PCI_CAP_ID, size: 1, value: at.PCI_CAP_ID_MSI },
    { offset: MSI + at.PCI_CAP_NEXT, size: 1, value: AF },
    {
      offset: MSI + at.PCI_MSI_FLAGS,
      size: 2,
      value: at.PCI_MSI_FLAGS_64BIT | at.PCI_MSI_FLAGS_MASKBIT,
      writable: at.PCI_MSI_FLAGS_ENABLE | at.PCI_MSI_FLAGS_QSIZE,
    },
    // 6.8.1.4: a message is a word, so the lowest two bits are zero
    { offset: MSI + at.PCI_MSI_ADDRESS_LO, size: 4, value: 0, writable: 0xffff_fffc },
    { offset: MSI + at.PCI_MSI_ADDRESS_HI, size: 4, value: 0, writable: 0xffff_ffff },
    { offset: MSI + at.PCI_MSI_DATA, size: 2, value: 0, writable: 0xffff },
    { offset: MSI + at.PCI_MSI_MASK, size: 4, value: 0, writable: VECTOR },
    { offset: AF + at.PCI_CAP_ID, size: 1, value: at.PCI_CAP_ID_AF },
    { offset: AF + at.PCI_AF_LENGTH, size: 1, value: at.PCI_AF_SIZE },
    { offset: AF + at.PCI_AF_CAP, size: 1, value: at.PCI_AF_CAP_TP | at.PCI_AF_CAP_FLR },
    { offset: AF + at.PCI_AF_CTRL, size: 1, value: 0, writable: at.PCI_AF_CTRL_FLR },
  ];
}

export class PciFunction {
  /** Memory as the function sees it: shut while its bus mastering is off. */
  readonly bus: BusMaster;
  /** Hears that bus mastering was switched on or off. */
  onBusMaster: (isOn: boolean) => void = () => undefined;
  readonly #config: ConfigSpace;
  readonly #pin: PciFunctionParts['pin'];
  readonly #onReset: () => void;
  #isAsserted = false;

  constructor({ identity, window, memory, pin, onReset }: PciFunctionParts) {
    this.#config = new ConfigSpace(fieldsOf(identity), [
      { offset: at.PCI_BASE_ADDRESS_0, ...window },
    ]);
    this.#pin = pin;
    this.#onReset = onReset;
    this.bus = new BusMaster(memory, () => this.isBusMaster);
  }

  /** Whether the function answers in its window (6.2.2, command bit 1). */
  get answersMemory(): boolean {
    return this.#has(at.PCI_COMMAND, at.PCI_COMMAND_MEMORY);
  }

  get isBusMaster(): boolean {
    return this.#has(at.PCI_COMMAND, at.PCI_COMMAND_MASTER);
  }

  /** An unsigned number of `width` (1, 2, 4) bytes. */
  readConfig(offset: number, width: number): number {
    return this.#config.read(offset, width);
  }

  /** Takes the low `width` (1, 2, 4) bytes of the value. */
  writeConfig(offset: number, width: number, value: number): void {
    const wasBusMaster = this.isBusMaster;
    this.#config.write(offset, width, value);
    if (this.#has(AF + at.PCI_AF_CTRL, at.PCI_AF_CTRL_FLR)) this.#reset();
    if (this.isBusMaster !== wasBusMaster) this.onBusMaster(this.isBusMaster);
    this.#sendPending();
    this.#settlePin();
  }

  /**
   * Asks for an interrupt: by a message where that is enabled, else by the pin, until `lower`. A message that is masked
   * waits until it is not (6.8.1.8); one that memory refuses is lost, as a write that nobody answers for.
   */
  raise(): void {
    this.#config.set(at.PCI_STATUS, at.PCI_STATUS_INTERRUPT, true);
    if (this.#sendsMessages) {
      this.#config.set(MSI + at.PCI_MSI_PENDING, VECTOR, true);
      this.#sendPending();
    }
    this.#settlePin();
  }

  /** Asks for it no longer. */
  lower(): void {
    this.#config.set(at.PCI_STATUS, at.PCI_STATUS_INTERRUPT, false);
    this.#settlePin();
  }

  /** An access of the function's as a bus master was refused (6.2.3, status bit 13). */
  noteAbort(): void {
    this.#config.set(at.PCI_STATUS, at.PCI_STATUS_REC_MASTER_ABORT, true);
  }

  save(): PciFunctionState {
    return { config: this.#config.save() };
  }

  /** Back to what was saved; the pin is not told. Throws `Error` for what is no state of a function. */
  restore({ config }: PciFunctionState): void {
    this.#config.restore(config);
    this.#isAsserted = this.#wantsPin;
  }

  #reset(): void {
    this.#config.reset();
    this.#onReset();
  }

  get #sendsMessages(): boolean {
    return this.#has(MSI + at.PCI_MSI_FLAGS, at.PCI_MSI_FLAGS_ENABLE);
  }

  /** 6.8.1.3: a function that sends messages uses no pin. */
  get #wantsPin(): boolean {
    return (
      this.#has(at.PCI_STATUS, at.PCI_STATUS_INTERRUPT) &&
      !this.#has(at.PCI_COMMAND, at.PCI_COMMAND_INTX_DISABLE) &&
      !this.#sendsMessages
    );
  }

  #settlePin(): void {
    if (this.#wantsPin === this.#isAsserted) return;
    this.#isAsserted = !this.#isAsserted;
    this.#pin.setLevel(this.#isAsserted);
  }

  #sendPending(): void {
    if (!this.#sendsMessages) return;
    if (this.#config.get(MSI + at.PCI_MSI_MASK, 4) !== 0) return;
    if (!this.#has(MSI + at.PCI_MSI_PENDING, VECTOR)) return;
    this.#config.set(MSI + at.PCI_MSI_PENDING, VECTOR, false);
    const high = this.#config.get(MSI + at.PCI_MSI_ADDRESS_HI, 4);
    const low = this.#config.get(MSI + at.PCI_MSI_ADDRESS_LO, 4);
    try {
      // 6.8.1.6: the upper half of the word is zero
      this.bus.writeU32(high, low, this.#config.get(MSI + at.PCI_MSI_DATA, 2));
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
    }
  }

  #has(offset: number, bit: number): boolean {
    return (this.#config.get(offset, 2) & bit) !== 0;
  }
}
