// Bytes of a message, and what each of them means: to point at one lights the other.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sectionsOf, type AppliedRule } from '../conformance/requirement.ts';
import type { ByteBlock, FieldView } from '../inspector/inspected.ts';
import { hexWords, isFieldLit, piecesOf, type BytePiece, type Pointed } from '../inspector/lit.ts';
import { LinkedWords, type Select } from './linked-words.tsx';
import { moveFocus } from './roving.ts';

export interface LitProps {
  readonly pointed: Pointed | null;
  readonly onPoint: (pointed: Pointed | null) => void;
}

export interface ByteBlockProps extends LitProps {
  readonly block: ByteBlock;
  /** The rules that the message falls under. */
  readonly rules: readonly AppliedRule[];
  readonly onSelect: Select;
}

function offsetWords({ offset, size }: FieldView): string {
  return size === 1 ? `byte ${offset}` : `bytes ${offset} to ${offset + size - 1}`;
}

interface RunProps extends LitProps {
  readonly piece: BytePiece;
  readonly isStop: boolean;
  readonly onStop: () => void;
}

/** The bytes of one field. */
function Run({ piece, pointed, onPoint, isStop, onStop }: RunProps): JSX.Element {
  const { field, offset, bytes } = piece;
  const hex = hexWords(bytes);
  const place = <span class="byte-offset">{offset.toString(16).padStart(2, '0')}</span>;
  if (field === null) {
    return (
      <span class="byte-run byte-gap">
        {place}
        {hex}
      </span>
    );
  }
  const point = (): void => onPoint({ kind: 'field', field });
  return (
    <button
      type="button"
      class="byte-run"
      data-stop
      data-lit={isFieldLit(pointed, field)}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${field.name}, ${offsetWords(field)}: ${hex}`}
      onMouseEnter={point}
      onClick={point}
      onFocus={() => {
        onStop();
        point();
      }}
    >
      {place}
      {hex}
    </button>
  );
}

export function ByteBlockView({
  block,
  rules,
  pointed,
  onPoint,
  onSelect,
}: ByteBlockProps): JSX.Element {
  const [stop, setStop] = useState<string | null>(null);
  const { title, note, clause, fields, missing } = block;
  const pieces = piecesOf(block);
  const isThere = fields.some(({ id }) => id === stop);
  const current = isThere ? stop : (fields[0]?.id ?? null);
  return (
    <section class="block" aria-label={title}>
      <h3>
        {title} <span class="clause">{clause}</span>
      </h3>
      <p class="block-note">{note}</p>
      {pieces.length === 0 ? null : (
        <div
          class="bytes mono"
          role="group"
          aria-label={`Bytes: ${title}`}
          onKeyDown={moveFocus}
          onMouseLeave={() => onPoint(null)}
        >
          {pieces.map((piece) => (
            <Run
              key={piece.offset}
              piece={piece}
              pointed={pointed}
              onPoint={onPoint}
              isStop={piece.field?.id === current}
              onStop={() => setStop(piece.field?.id ?? null)}
            />
          ))}
        </div>
      )}
      {pieces.some(({ field }) => field === null) ? (
        <p class="block-note">Bytes in a dashed frame belong to no field.</p>
      ) : null}
      {missing > 0 ? <p class="block-note">{missing} more bytes are not kept.</p> : null}
      {fields.length === 0 ? null : (
        <table class="table fields" aria-label={`Fields: ${title}`}>
          <tbody onMouseLeave={() => onPoint(null)}>
            {fields.map((field) => (
              <tr
                key={field.id}
                data-lit={isFieldLit(pointed, field)}
                onMouseEnter={() => onPoint({ kind: 'field', field })}
                onFocusCapture={() => onPoint({ kind: 'field', field })}
              >
                <th scope="row" class="mono">
                  {field.name}
                </th>
                <td>
                  <LinkedWords words={field.words} onSelect={onSelect} />
                </td>
                <td class="field-sections">{sectionsOf(rules, field.key).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
