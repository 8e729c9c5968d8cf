// A field for files: by picker, or dropped on it. They stay on the user's machine.

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { formatBytes } from '../format/quantity.ts';
import { chooseImage, chooseShare, projectChecksums, type NamedFile } from './chosen-files.ts';
import { withImage, withRefused, withShare, type Draft, type FilePath } from './draft.ts';
import { describedBy, FieldSet } from './field.tsx';
import { FIELDS } from './fields.ts';
import { keysOf, type Form } from './form.ts';
import { isObject, valueAt } from './json.ts';

export interface FileFieldProps {
  readonly form: Form;
  readonly path: FilePath;
}

/** What becomes of the draft when these are given; null for a folder that is none. */
async function taken(
  path: FilePath,
  files: readonly NamedFile[],
): Promise<(draft: Draft) => Draft> {
  const [first] = files;
  if (first === undefined) return (draft) => draft;
  try {
    if (path === 'share') {
      const chosen = await chooseShare(files);
      return (draft) => withShare(draft, chosen);
    }
    const image = imageOf(path);
    const chosen = await chooseImage(image, first);
    return (draft) => withImage(draft, image, chosen);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const name = files.length === 1 ? first.name : `${files.length} files`;
    return (draft) => withRefused(draft, path, { name, words });
  }
}

function imageOf(path: Exclude<FilePath, 'share'>) {
  const names = {
    'images.kernel': 'kernel',
    'images.initrd': 'initrd',
    'images.disk': 'disk',
    'images.bios': 'bios',
    'images.vgaBios': 'vgaBios',
  } as const;
  return names[path];
}

/** What stands there now. */
function nowWords({ draft }: Form, path: FilePath): string {
  const value = valueAt(draft.value, keysOf(path));
  if (value === 'project') return 'The project’s';
  if (path === 'share') {
    const names = isObject(value) ? Object.keys(value) : [];
    return names.length === 0 ? 'Empty' : `Yours: ${names.slice(0, 3).join(', ')}${more(names)}`;
  }
  const chosen = draft.files.images[imageOf(path)];
  if (chosen !== undefined && chosen.sha256 === value) {
    const isSame = value === projectChecksums().images[imageOf(path)];
    return `${chosen.name}, ${formatBytes(chosen.length)}${isSame ? ': the same as the project’s' : ''}`;
  }
  return 'A file that is not here';
}

function more(names: readonly string[]): string {
  return names.length > 3 ? ` and ${names.length - 3} more` : '';
}

export function FileField({ form, path }: FileFieldProps): JSX.Element {
  const picker = useRef<HTMLInputElement>(null);
  const turn = useRef(0);
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  const isOwn =
    valueAt(form.draft.value, keysOf(path)) !== 'project' || form.draft.refused[path] !== undefined;

  const take = async (files: readonly NamedFile[]): Promise<void> => {
    const mine = ++turn.current;
    setBusy(true);
    const change = await taken(path, files);
    // Another one was chosen meanwhile.
    if (mine !== turn.current) return;
    setBusy(false);
    form.update(change);
  };
  const giveBack = (): void => {
    turn.current += 1;
    setBusy(false);
    form.update((draft) =>
      path === 'share' ? withShare(draft, null) : withImage(draft, imageOf(path), null),
    );
  };
  const { label } = FIELDS[path];
  return (
    <FieldSet form={form} path={path}>
      <div
        class="machine-drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take([...(event.dataTransfer?.files ?? [])]);
        }}
      >
        <span class="machine-file" role="status">
          {isBusy ? 'Reading…' : nowWords(form, path)}
        </span>
        <button
          {...describedBy(form, path)}
          type="button"
          class="button button-small"
          aria-label={`Choose: ${label}`}
          onClick={() => picker.current?.click()}
        >
          Choose…
        </button>
        {isOwn ? (
          <button
            type="button"
            class="button button-small"
            aria-label={`Use the project’s: ${label}`}
            onClick={giveBack}
          >
            Use the project’s
          </button>
        ) : null}
        <input
          type="file"
          hidden
          ref={picker}
          multiple={path === 'share'}
          aria-label={label}
          onChange={({ currentTarget }) => {
            void take([...(currentTarget.files ?? [])]);
            // The same file may be chosen again.
            currentTarget.value = '';
          }}
        />
      </div>
    </FieldSet>
  );
}
