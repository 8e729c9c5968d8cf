// 64-bit numbers as they cross the border: two halves of 32 bits.

export function join(high: u32, low: u32): u64 {
  return ((<u64>high) << 32) | <u64>low;
}
