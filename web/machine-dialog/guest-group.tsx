// What the guest is: kernel, initrd, command line, memory; its disk and its files.

import type { JSX } from 'preact';
import { TextField } from './field.tsx';
import { FileField } from './file-field.tsx';
import type { Form } from './form.ts';

export function GuestGroup({ form }: { readonly form: Form }): JSX.Element {
  return (
    <>
      <FileField form={form} path="images.kernel" />
      <FileField form={form} path="images.initrd" />
      <TextField form={form} path="append" placeholder="nothing" />
      <TextField form={form} path="memoryMiB" isNumber unit="MiB" />
    </>
  );
}

export function FilesGroup({ form }: { readonly form: Form }): JSX.Element {
  return (
    <>
      <FileField form={form} path="images.disk" />
      <FileField form={form} path="share" />
    </>
  );
}
