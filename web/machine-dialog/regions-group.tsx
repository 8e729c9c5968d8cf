// Reserved regions: a row for each, with the device that has it.

import type { JSX } from 'preact';
import { IDENTITY_POLICIES } from '../../src/iommu/options.ts';
import { ENDPOINTS, findEndpoint } from '../../src/machine/plan/topology.ts';
import { ChoiceField, FieldSet } from './field.tsx';
import type { Form } from './form.ts';
import { fieldText, isList, isObject, valueAt, type Json } from './json.ts';

const LISTS = 'reservedRegions';

/** What a person begins with: a MiB that nobody is likely to use. */
const NEW_REGION: Json = { kind: 'reserved', start: '0x10000000', end: '0x100fffff' };
const NEW_OWNER = 'virtio-blk';

const KIND_WORDS = [
  ['reserved', 'reserved'],
  ['msi', 'MSI'],
  ['identity', 'identity'],
] as const;

const RIGHTS = [
  [1, 'read'],
  [2, 'write'],
  [3, 'both'],
] as const;

const POLICY_WORDS: Readonly<Record<(typeof IDENTITY_POLICIES)[number], string>> = {
  reject: 'refuse the second ATTACH',
  allow: 'open the region to both',
  'per-endpoint': 'keep it to the one that has it',
};

interface Row {
  readonly owner: string;
  readonly index: number;
  readonly region: Json;
}

function rowsOf({ draft }: Form): readonly Row[] {
  const lists = valueAt(draft.value, [LISTS]);
  if (!isObject(lists)) return [];
  return Object.entries(lists).flatMap(([owner, list]) =>
    (isList(list) ? list : []).map((region, index) => ({ owner, index, region })),
  );
}

/** Without the lists that have become empty. */
function remove(form: Form, { owner, index }: Row): void {
  const list = valueAt(form.draft.value, [LISTS, owner]);
  if (isList(list) && list.length > 1) form.write([LISTS, owner, index], undefined);
  else form.write([LISTS, owner], undefined);
}

function add(form: Form, owner: string, region: Json): void {
  const list = valueAt(form.draft.value, [LISTS, owner]);
  form.write([LISTS, owner], [...(isList(list) ? list : []), region]);
}

function Bound(props: {
  readonly form: Form;
  readonly row: Row;
  readonly name: 'start' | 'end';
}): JSX.Element {
  const { form, row, name } = props;
  return (
    <input
      class="field mono"
      aria-label={name === 'start' ? 'First' : 'Last'}
      spellcheck={false}
      autocomplete="off"
      value={fieldText(valueAt(row.region, [name]))}
      onInput={({ currentTarget }) =>
        form.write([LISTS, row.owner, row.index, name], currentTarget.value)
      }
    />
  );
}

function RegionRow({ form, row }: { readonly form: Form; readonly row: Row }): JSX.Element {
  const kind = fieldText(valueAt(row.region, ['kind']));
  const at = [LISTS, row.owner, row.index];
  const move = (owner: string): void => {
    remove(form, row);
    add(form, owner, row.region);
  };
  const turnInto = (wanted: string): void => {
    const region = isObject(row.region) ? row.region : {};
    const { flags: _, ...rest } = region;
    form.write(at, { ...rest, kind: wanted, ...(wanted === 'identity' ? { flags: 3 } : {}) });
  };
  return (
    <li class="machine-region">
      <select
        class="field"
        aria-label="Device"
        value={findEndpoint(row.owner)?.name ?? row.owner}
        onChange={({ currentTarget }) => move(currentTarget.value)}
      >
        {ENDPOINTS.map(({ name }) => (
          <option value={name}>{name}</option>
        ))}
      </select>
      <select
        class="field"
        aria-label="Kind"
        value={kind}
        onChange={({ currentTarget }) => turnInto(currentTarget.value)}
      >
        {KIND_WORDS.map(([value, words]) => (
          <option value={value}>{words}</option>
        ))}
      </select>
      <Bound form={form} row={row} name="start" />
      <Bound form={form} row={row} name="end" />
      {kind === 'identity' ? (
        <select
          class="field"
          aria-label="Accesses that pass"
          value={fieldText(valueAt(row.region, ['flags']))}
          onChange={({ currentTarget }) =>
            form.write([...at, 'flags'], Number(currentTarget.value))
          }
        >
          {RIGHTS.map(([value, words]) => (
            <option value={String(value)}>{words}</option>
          ))}
        </select>
      ) : null}
      <button type="button" class="button button-small" onClick={() => remove(form, row)}>
        Remove
      </button>
    </li>
  );
}

export function RegionsGroup({ form }: { readonly form: Form }): JSX.Element {
  const rows = rowsOf(form);
  return (
    <>
      <FieldSet form={form} path="reservedRegions" isWide>
        {rows.length === 0 ? null : (
          <ul class="machine-regions">
            {rows.map((row) => (
              <RegionRow form={form} row={row} />
            ))}
          </ul>
        )}
        <button
          type="button"
          class="button button-small"
          onClick={() => add(form, NEW_OWNER, NEW_REGION)}
        >
          Add a region
        </button>
      </FieldSet>
      <ChoiceField
        form={form}
        path="iommu.identityPolicy"
        choices={IDENTITY_POLICIES.map((name) => [name, POLICY_WORDS[name]])}
      />
    </>
  );
}
