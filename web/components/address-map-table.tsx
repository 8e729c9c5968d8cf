// What the address space map shows as a table, for those who do not see it.

import type { JSX } from 'preact';
import { mapRows, type MapRow } from '../address-map/rows.ts';
import type { MakerOf } from '../address-map/hit.ts';
import type { MapLayout } from '../address-map/layout.ts';
import type { AddressSpace } from '../address-map/space.ts';
import { formatExact } from '../format/quantity.ts';
import { TableHead } from './table-head.tsx';

export interface AddressMapTableProps {
  readonly space: AddressSpace;
  readonly layout: MapLayout;
  readonly makerOf: MakerOf;
  readonly onPick: (row: MapRow) => void;
}

const HEADS = [
  { name: 'Addresses', title: 'The range of IOVAs' },
  { name: 'What', title: 'What is there' },
  { name: 'Who', title: 'Who made it' },
] as const;

export function AddressMapTable(props: AddressMapTableProps): JSX.Element {
  const { rows, more } = mapRows(props.layout, props.space, props.makerOf);
  return (
    <div
      class="map-table scroll"
      tabIndex={0}
      role="group"
      aria-label="Table of the map, scrollable"
    >
      <table class="table dense" aria-label="What the map shows">
        <TableHead heads={HEADS} />
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row" class="mono">
                {row.pick === null ? (
                  row.addresses
                ) : (
                  <button type="button" class="row-button" onClick={() => props.onPick(row)}>
                    {row.addresses}
                  </button>
                )}
              </th>
              <td>{row.what}</td>
              <td>{row.who}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? (
        <p class="pane-foot">
          The map shows {formatExact(more)} more: zoom in to have them in the table.
        </p>
      ) : null}
    </div>
  );
}
