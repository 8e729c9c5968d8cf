// What the IOMMU does: how DMA goes, and what holds before its driver is there.

import type { JSX } from 'preact';
import { IOMMU_MODES } from '../../src/machine/plan/machine-plan.ts';
import { DMA_WAYS, dmaWayOf, type DmaWay } from '../../src/machine/plan/dma-way.ts';
import { withWay } from './draft.ts';
import { FieldHelp, FieldSet, Tick } from './field.tsx';
import type { Form } from './form.ts';
import { fieldText, valueAt } from './json.ts';

const WAYS: Readonly<Record<DmaWay, { readonly label: string; readonly text: string }>> = {
  strict: {
    label: 'Strict',
    text: 'Devices reach what Linux has mapped for them, and not a moment longer.',
  },
  lazy: {
    label: 'Lazy',
    text: 'The same, but Linux unmaps in batches (iommu.strict=0): faster, and a device still reaches what was just given back.',
  },
  bypass: {
    label: 'Bypass',
    text: 'Linux tells the IOMMU to let everything through (iommu.passthrough=1).',
  },
  off: { label: 'Off', text: 'The PC has no IOMMU: devices reach all memory.' },
};

/** The way that the draft has; undefined for a mode that is none. */
function wayOf({ draft: { value } }: Form): DmaWay | undefined {
  const text = fieldText(valueAt(value, ['iommu', 'mode']));
  const mode = IOMMU_MODES.find((each) => each === text);
  return mode && dmaWayOf(mode, fieldText(valueAt(value, ['append'])));
}

export function IommuGroup({ form }: { readonly form: Form }): JSX.Element {
  const way = wayOf(form);
  const isBypass = valueAt(form.draft.value, ['iommu', 'bootBypass']) === true;
  return (
    <>
      <FieldSet form={form} path="iommu.mode" isWide>
        <div class="segments machine-ways">
          {DMA_WAYS.map((each) => (
            <label>
              <input
                type="radio"
                name="machine-way"
                checked={each === way}
                onChange={() => form.update((draft) => withWay(draft, each))}
              />
              <span>{WAYS[each].label}</span>
            </label>
          ))}
        </div>
        {way === undefined ? null : <p class="machine-way">{WAYS[way].text}</p>}
      </FieldSet>
      <div class="machine-field" data-wide>
        <Tick
          label="Boot bypass"
          isOn={isBypass}
          onChange={(isOn) => form.write(['iommu', 'bootBypass'], isOn)}
        />
        <FieldHelp form={form} path="iommu.bootBypass" />
      </div>
    </>
  );
}
