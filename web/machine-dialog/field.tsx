// A field of the dialog: its name, a line of help, and in its place what is wrong.

import type { ComponentChildren, JSX } from 'preact';
import { FIELDS, type FieldPath } from './fields.ts';
import { idOf, keysOf, saidAt, type Form } from './form.ts';
import { fieldText, numberOrText, valueAt, type Json } from './json.ts';

export interface FieldProps {
  readonly form: Form;
  readonly path: FieldPath;
}

/** What an input of a field says of itself. */
export function describedBy(form: Form, path: FieldPath) {
  const isWrong = saidAt(form, path).some(({ tone }) => tone === 'wrong');
  return { 'aria-describedby': `${idOf(path)}-help`, 'aria-invalid': isWrong } as const;
}

/** Help, or what there is to say in its place. */
export function FieldHelp({ form, path }: FieldProps): JSX.Element {
  const said = saidAt(form, path);
  return (
    <div id={`${idOf(path)}-help`} class="machine-help">
      {said.length === 0 ? <p>{FIELDS[path].help}</p> : null}
      {said.map(({ tone, words }) => (
        <p data-tone={tone}>
          <span aria-hidden="true">{tone === 'wrong' ? '✖' : '!'}</span> {words}
        </p>
      ))}
    </div>
  );
}

/** One input under one name. */
export function Field(
  props: FieldProps & { readonly isWide?: boolean; readonly children: ComponentChildren },
): JSX.Element {
  const { form, path } = props;
  return (
    <div class="machine-field" data-wide={props.isWide}>
      <label for={idOf(path)}>{FIELDS[path].label}</label>
      {props.children}
      <FieldHelp form={form} path={path} />
    </div>
  );
}

/** Several inputs under one name. */
export function FieldSet(
  props: FieldProps & { readonly isWide?: boolean; readonly children: ComponentChildren },
): JSX.Element {
  const { form, path } = props;
  return (
    <fieldset
      class="machine-field"
      data-wide={props.isWide}
      id={idOf(path)}
      tabIndex={-1}
      aria-describedby={`${idOf(path)}-help`}
    >
      <legend>{FIELDS[path].label}</legend>
      {props.children}
      <FieldHelp form={form} path={path} />
    </fieldset>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly isWide?: boolean;
  readonly isNumber?: boolean;
  readonly unit?: string;
  readonly placeholder?: string;
}

export function TextField({ form, path, ...props }: TextFieldProps): JSX.Element {
  const keys = keysOf(path);
  const isNumber = props.isNumber === true;
  return (
    <Field form={form} path={path} {...(props.isWide === true ? { isWide: true } : {})}>
      <span class="machine-input">
        <input
          {...describedBy(form, path)}
          id={idOf(path)}
          class="field mono"
          inputMode={isNumber ? 'numeric' : 'text'}
          spellcheck={false}
          autocomplete="off"
          placeholder={props.placeholder}
          value={fieldText(valueAt(form.draft.value, keys))}
          onInput={({ currentTarget: { value } }) =>
            form.write(keys, isNumber ? numberOrText(value) : value)
          }
        />
        {props.unit === undefined ? null : <span class="quiet">{props.unit}</span>}
      </span>
    </Field>
  );
}

export function ChoiceField(
  props: FieldProps & {
    readonly choices: readonly (readonly [value: string, words: string])[];
    readonly isWide?: boolean;
  },
): JSX.Element {
  const { form, path, choices } = props;
  const keys = keysOf(path);
  const value = fieldText(valueAt(form.draft.value, keys));
  const isKnown = choices.some(([choice]) => choice === value);
  return (
    <Field form={form} path={path} {...(props.isWide === true ? { isWide: true } : {})}>
      <select
        {...describedBy(form, path)}
        id={idOf(path)}
        class="field"
        value={value}
        onChange={({ currentTarget }) => form.write(keys, currentTarget.value)}
      >
        {isKnown ? null : <option value={value}>{value}</option>}
        {choices.map(([choice, words]) => (
          <option value={choice}>{words}</option>
        ))}
      </select>
    </Field>
  );
}

/** First and last of a range. */
export function RangeField(props: FieldProps & { readonly isNumber?: boolean }): JSX.Element {
  const { form, path } = props;
  const read = (value: string): Json => (props.isNumber === true ? numberOrText(value) : value);
  return (
    <FieldSet form={form} path={path}>
      <span class="machine-input">
        {(['start', 'end'] as const).map((bound) => (
          <input
            {...describedBy(form, path)}
            class="field mono"
            aria-label={bound === 'start' ? 'First' : 'Last'}
            spellcheck={false}
            autocomplete="off"
            value={fieldText(valueAt(form.draft.value, [...keysOf(path), bound]))}
            onInput={({ currentTarget }) =>
              form.write([...keysOf(path), bound], read(currentTarget.value))
            }
          />
        ))}
      </span>
    </FieldSet>
  );
}

/** A box to tick, with what it means beside it. */
export function Tick(props: {
  readonly label: string;
  readonly text?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): JSX.Element {
  return (
    <label class="machine-tick">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={({ currentTarget }) => props.onChange(currentTarget.checked)}
      />
      <span>
        {props.label}
        {props.text === undefined ? null : <small>{props.text}</small>}
      </span>
    </label>
  );
}
