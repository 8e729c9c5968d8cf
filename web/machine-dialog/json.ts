// The plan as a person writes it: JSON that may be right or wrong.

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Where a value stands: names of fields and indices of lists. */
export type JsonPath = readonly (string | number)[];

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value there; undefined where there is none. */
export function valueAt(root: Json, path: JsonPath): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => {
    if (isList(value)) return typeof key === 'number' ? value[key] : undefined;
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
}

/** The same JSON with another value there, or with none; what is in the way of the path is replaced. */
export function withValue(root: Json, path: JsonPath, value: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? {};
  if (typeof key === 'number') return withItem(isList(root) ? root : [], key, rest, value);
  const fields = isObject(root) ? root : {};
  const inner = rest.length === 0 ? value : withValue(fields[key] ?? {}, rest, value);
  if (inner !== undefined) return { ...fields, [key]: inner };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}

function withItem(
  items: readonly Json[],
  index: number,
  rest: JsonPath,
  value: Json | undefined,
): Json {
  if (rest.length === 0) {
    return value === undefined ? items.filter((_, at) => at !== index) : set(items, index, value);
  }
  return set(items, index, withValue(items[index] ?? {}, rest, value));
}

function set(items: readonly Json[], index: number, value: Json): readonly Json[] {
  return index < items.length
    ? items.map((item, at) => (at === index ? value : item))
    : [...items, value];
}

/** As it stands in a field: texts without quotes. */
export function fieldText(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a person wrote into a field for a number; what is none stays as it is, and is refused in words. */
export function numberOrText(text: string): Json {
  const trimmed = text.trim();
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) && Number.isFinite(Number(trimmed))
    ? Number(trimmed)
    : trimmed;
}
