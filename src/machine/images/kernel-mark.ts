// How a Linux kernel is known.

/** Bytes that tell it. */
export const KERNEL_MARK_END = 0x206;
// Linux boot protocol (Documentation/arch/x86/boot.rst): "HdrS" in the setup header.
const HEADER_MAGIC = 0x202;
const HEADER_MAGIC_VALUE = 0x5372_6448;

/** Whether a file that begins so is a bzImage. */
export function isBzImage(beginning: Uint8Array): boolean {
  if (beginning.length < KERNEL_MARK_END) return false;
  const view = new DataView(beginning.buffer, beginning.byteOffset, KERNEL_MARK_END);
  return view.getUint32(HEADER_MAGIC, true) === HEADER_MAGIC_VALUE;
}
