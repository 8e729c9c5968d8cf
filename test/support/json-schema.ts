// As much of JSON Schema (draft 2020-12) as our own schemas use; refuses a schema that uses more.

type Json = Readonly<Record<string, unknown>>;

/** What a keyword finds wrong with a value. */
type Keyword = (argument: unknown, place: Place) => readonly string[];

interface Place {
  readonly value: unknown;
  /** `$.domains[0].id` */
  readonly path: string;
  readonly schema: Json;
  readonly root: Json;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isObject,
};

const NOTHING: Keyword = () => [];

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  $schema: NOTHING,
  $defs: NOTHING,
  title: NOTHING,
  description: NOTHING,
  $ref: (name, place) => problemsOf({ ...place, schema: definition(place.root, name) }),
  type: (names, { value, path }) =>
    listOf(names).some((name) => TYPES[String(name)]?.(value) === true)
      ? []
      : [`${path} is not of type ${listOf(names).join(' or ')}`],
  const: (wanted, { value, path }) =>
    value === wanted ? [] : [`${path} is not ${String(wanted)}`],
  enum: (values, { value, path }) =>
    listOf(values).includes(value) ? [] : [`${path} is none of ${listOf(values).join(', ')}`],
  anyOf: (schemas, place) =>
    listOf(schemas).some(
      (schema) => problemsOf({ ...place, schema: objectOf(schema) }).length === 0,
    )
      ? []
      : [`${place.path} is none of what it can be`],
  minimum: (least, { value, path }) =>
    typeof value === 'number' && value < Number(least) ? [`${path} is below ${String(least)}`] : [],
  maxItems: (most, { value, path }) =>
    Array.isArray(value) && value.length > Number(most) ? [`${path} has too many items`] : [],
  pattern: (pattern, { value, path }) =>
    typeof value === 'string' && !new RegExp(String(pattern), 'u').test(value)
      ? [`${path} does not match ${String(pattern)}`]
      : [],
  required: (names, { value, path }) =>
    listOf(names)
      .filter((name) => isObject(value) && !Object.hasOwn(value, String(name)))
      .map((name) => `${path} has no ${String(name)}`),
  properties: (schemas, place) =>
    Object.entries(objectOf(schemas)).flatMap(([name, schema]) =>
      isObject(place.value) && Object.hasOwn(place.value, name)
        ? problemsOf({
            ...place,
            value: place.value[name],
            path: `${place.path}.${name}`,
            schema: objectOf(schema),
          })
        : [],
    ),
  additionalProperties: (_isAllowed, { value, path, schema }) =>
    isObject(value)
      ? Object.keys(value)
          .filter((name) => !Object.hasOwn(objectOf(schema['properties']), name))
          .map((name) => `${path} has ${name}, which is not described`)
      : [],
  items: (schema, place) =>
    Array.isArray(place.value)
      ? place.value.flatMap((value: unknown, index) =>
          problemsOf({
            ...place,
            value,
            path: `${place.path}[${index}]`,
            schema: objectOf(schema),
          }),
        )
      : [],
};

/** Everything about the value that the schema does not allow, in words. */
export function schemaProblems(schema: unknown, value: unknown): readonly string[] {
  const root = objectOf(schema);
  return problemsOf({ value, path: '$', schema: root, root });
}

function problemsOf(place: Place): readonly string[] {
  return Object.entries(place.schema).flatMap(([name, argument]) => {
    const keyword = KEYWORDS[name];
    if (keyword === undefined) throw new Error(`the schema uses ${name}, which is not known here`);
    return keyword(argument, place);
  });
}

function definition(root: Json, name: unknown): Json {
  return objectOf(objectOf(root['$defs'])[String(name).replace('#/$defs/', '')]);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function objectOf(value: unknown): Json {
  if (isObject(value)) return value;
  throw new Error('the schema has something else where a schema should be');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
