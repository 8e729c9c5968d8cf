// What a person may begin with.

import type { JSX } from 'preact';
import { filesOnly, withPlan } from './draft.ts';
import type { Form } from './form.ts';
import { presetOf, presetPlan, PRESETS } from './presets.ts';

const ID = 'machine-preset';
const OWN = {
  name: 'Your own',
  line: 'Changed by you: choose a preset to begin anew, with your files.',
};

export function PresetChoice({ form }: { readonly form: Form }): JSX.Element {
  const { plan } = form.checked;
  const preset = plan === null ? undefined : presetOf(plan);
  const choose = (name: string): void => {
    const wanted = PRESETS.find((each) => each.name === name);
    if (wanted === undefined) return;
    form.update((draft) => withPlan(draft, presetPlan(wanted, filesOnly(draft))));
  };
  return (
    <div class="machine-preset">
      <label for={ID}>Begin with</label>
      <select
        id={ID}
        class="field"
        aria-describedby={`${ID}-line`}
        value={(preset ?? OWN).name}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {preset === undefined ? <option value={OWN.name}>{OWN.name}</option> : null}
        {PRESETS.map(({ name }) => (
          <option value={name}>{name}</option>
        ))}
      </select>
      <p id={`${ID}-line`} class="quiet">
        {(preset ?? OWN).line}
      </p>
    </div>
  );
}
