// The least that passes for a bzImage (Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header").

export interface FakeKernelHeader {
  readonly setupSectors: number;
  /** Length of the protected-mode part in units of 16 bytes. */
  readonly syssize: number;
  readonly bootFlag: number;
  readonly magic: number;
  readonly version: number;
  readonly loadFlags: number;
  readonly commandLineSize: number;
  readonly xloadflags: number;
}

export const SECTOR = 512;
const VALID: FakeKernelHeader = {
  setupSectors: 1,
  syssize: 4,
  bootFlag: 0xaa55,
  magic: 0x5372_6448,
  version: 0x20f,
  loadFlags: 1,
  commandLineSize: 2047,
  xloadflags: 0,
};

/** A kernel as long as its header says, with some fields of it changed. */
export function fakeKernel(changes: Partial<FakeKernelHeader> = {}): Uint8Array {
  const header = { ...VALID, ...changes };
  const sectors = (header.setupSectors === 0 ? 4 : header.setupSectors) + 1;
  const kernel = new Uint8Array(sectors * SECTOR + header.syssize * 16);
  const view = new DataView(kernel.buffer);
  view.setUint8(0x1f1, header.setupSectors);
  view.setUint32(0x1f4, header.syssize, true);
  view.setUint16(0x1fe, header.bootFlag, true);
  view.setUint32(0x202, header.magic, true);
  view.setUint16(0x206, header.version, true);
  view.setUint8(0x211, header.loadFlags);
  view.setUint16(0x236, header.xloadflags, true);
  view.setUint32(0x238, header.commandLineSize, true);
  return kernel;
}
