// What a field of data may be that anybody may have made.

export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isWord(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value >> 64n === 0n;
}
