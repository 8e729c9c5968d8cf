// Firmware, time and chance: what few people change.

import type { JSX } from 'preact';
import { ChoiceField, TextField } from './field.tsx';
import { FileField } from './file-field.tsx';
import type { Form } from './form.ts';

export function RestGroup({ form }: { readonly form: Form }): JSX.Element {
  return (
    <>
      <FileField form={form} path="images.bios" />
      <FileField form={form} path="images.vgaBios" />
      <ChoiceField
        form={form}
        path="clock"
        choices={[
          ['guest', 'the guest’s own'],
          ['host', 'this computer’s'],
        ]}
      />
      <TextField form={form} path="seed" isNumber />
      <TextField form={form} path="date" />
    </>
  );
}
