// A part of the dialog that can be folded; folded, it says in a few words what is in it.

import type { ComponentChildren, JSX } from 'preact';
import { GROUPS, groupOf, type GroupName } from './fields.ts';
import type { Form } from './form.ts';

export interface GroupProps {
  readonly form: Form;
  readonly name: GroupName;
  readonly isOpen: boolean;
  readonly onToggle: (name: GroupName, isOpen: boolean) => void;
  /** What is in it, while it is folded. */
  readonly summary: string;
  readonly children: ComponentChildren;
}

export function Group(props: GroupProps): JSX.Element {
  const { form, name, isOpen, onToggle, summary } = props;
  const wrong = form.checked.problems.filter(({ path }) => groupOf(path) === name).length;
  const title = GROUPS.find((group) => group.name === name)?.title;
  return (
    <details
      class="machine-group"
      open={isOpen}
      onToggle={({ currentTarget }) => onToggle(name, currentTarget.open)}
    >
      <summary>
        <h3>{title}</h3>
        {wrong > 0 ? <span class="badge badge-blocked">{wrong} to correct</span> : null}
        {isOpen ? null : <span class="machine-summary">{summary}</span>}
      </summary>
      <div class="machine-fields">{props.children}</div>
    </details>
  );
}
