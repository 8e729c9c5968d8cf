// The head of a table.

import type { JSX } from 'preact';

export interface Head {
  readonly name: string;
  readonly title?: string;
  readonly isNumber?: boolean;
}

export function TableHead({ heads }: { readonly heads: readonly Head[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {heads.map(({ name, title, isNumber }) => (
          <th key={name} scope="col" title={title} class={isNumber === true ? 'number' : undefined}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
