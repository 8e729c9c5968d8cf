// The picture as a table: for those who do not see it, and for its keyboard. Hidden it keeps its place in the order of
// Tab, and the picture shows which device has the keyboard.

import type { JSX } from 'preact';
import type { Scene } from '../picture/scene.ts';
import { tableRows } from '../picture/words.ts';
import { TableHead } from './table-head.tsx';

const HEADS = [
  { name: 'Device' },
  { name: 'Domain' },
  { name: 'Openings (IOVA, size)' },
  { name: 'Reaches', isNumber: true },
] as const;

export interface PictureTableProps {
  readonly scene: Scene | null;
  readonly isShown: boolean;
  /** The endpoint whose button has the keyboard; null when none has. */
  readonly onFocus: (endpoint: number | null) => void;
  readonly onPick: (endpoint: number) => void;
  readonly onOpen: () => void;
}

export function PictureTable(props: PictureTableProps): JSX.Element {
  const { scene, isShown, onFocus, onPick, onOpen } = props;
  return (
    <div id="picture-table" class={isShown ? 'picture-table scroll' : 'visually-hidden'}>
      <table class="table" aria-label="Devices and what they reach">
        <TableHead heads={HEADS} />
        <tbody>
          {(scene === null ? [] : tableRows(scene)).map((row) => (
            <tr key={row.endpoint}>
              <th scope="row">
                <button
                  type="button"
                  class="row-button"
                  onFocus={() => onFocus(row.endpoint)}
                  onBlur={() => onFocus(null)}
                  onClick={() => onPick(row.endpoint)}
                  onDblClick={onOpen}
                >
                  {row.device}
                </button>
              </th>
              <td>{row.domain}</td>
              <td>{row.openings}</td>
              <td class="number">{row.reach}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
