// What the IOMMU offers its driver, and the devices that are behind it.

import type { JSX } from 'preact';
import { FEATURES } from '../../src/iommu/protocol/feature-names.ts';
import { DIALECT_NAMES } from '../../src/iommu/protocol/dialects.ts';
import { TABLE_CHOICES } from '../../src/machine/plan/machine-plan.ts';
import { ENDPOINTS } from '../../src/machine/plan/topology.ts';
import { ChoiceField, FieldSet, RangeField, TextField, Tick } from './field.tsx';
import type { Form } from './form.ts';
import { isList, valueAt, type Json } from './json.ts';

const DIALECT_WORDS: Readonly<Record<(typeof DIALECT_NAMES)[number], string>> = {
  '1.2': 'virtio 1.2 and later',
  'v0.4': 'draft v0.4, of 2017',
  'v0.5': 'draft v0.5, of 2017',
  'v0.9': 'draft v0.9, of 2018',
};

const TABLE_WORDS: Readonly<Record<(typeof TABLE_CHOICES)[number], string>> = {
  viot: 'VIOT',
  iort: 'IORT of the draft',
  'viot+iort': 'both',
};

function Features({ form }: { readonly form: Form }): JSX.Element {
  const path = ['iommu', 'features'];
  const value = valueAt(form.draft.value, path);
  const names: readonly Json[] = isList(value) ? value : [];
  return (
    <FieldSet form={form} path="iommu.features" isWide>
      <div class="machine-ticks">
        {[...FEATURES.keys()].map((name) => (
          <Tick
            label={name}
            isOn={names.includes(name)}
            onChange={(isOn) =>
              form.write(path, isOn ? [...names, name] : names.filter((each) => each !== name))
            }
          />
        ))}
      </div>
    </FieldSet>
  );
}

export function OfferGroup({ form }: { readonly form: Form }): JSX.Element {
  return (
    <>
      <ChoiceField
        form={form}
        path="iommu.dialect"
        choices={DIALECT_NAMES.map((name) => [name, DIALECT_WORDS[name]])}
      />
      <ChoiceField
        form={form}
        path="tables"
        choices={TABLE_CHOICES.map((name) => [name, TABLE_WORDS[name]])}
      />
      <Features form={form} />
      <TextField form={form} path="iommu.pageSizeMask" />
      <RangeField form={form} path="iommu.inputRange" />
      <RangeField form={form} path="iommu.domainRange" isNumber />
      <TextField form={form} path="iommu.probeSize" isNumber unit="bytes" />
      <TextField form={form} path="iommu.requestQueueSize" isNumber unit="descriptors" />
    </>
  );
}

export function DevicesGroup({ form }: { readonly form: Form }): JSX.Element {
  return (
    <>
      <FieldSet form={form} path="endpoints" isWide>
        <div class="machine-devices">
          {ENDPOINTS.map(({ name, description }) => (
            <Tick
              label={name}
              text={description}
              isOn={valueAt(form.draft.value, ['endpoints', name]) === true}
              onChange={(isOn) => form.write(['endpoints', name], isOn)}
            />
          ))}
        </div>
      </FieldSet>
      <TextField form={form} path="edu.dmaMask" />
    </>
  );
}
