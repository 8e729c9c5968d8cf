// The machine as a person may have it: everything that a plan holds, checked while it is written, and its start.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MachinePlan } from '../../src/machine/plan/machine-plan.ts';
import { encodeParameter } from '../../src/machine/plan/plan-parameter.ts';
import { shortPlanText } from '../../src/machine/plan/short-plan.ts';
import type { BootRequest, ImageName } from '../../src/worker/api/power.ts';
import { namesOf, ownFiles, projectChecksums, type ChosenFiles } from './chosen-files.ts';
import { checkDraft, withField, type Draft } from './draft.ts';
import { fieldOf, groupOf, type GroupName } from './fields.ts';
import { Footer } from './footer.tsx';
import { idOf, type Form } from './form.ts';
import { Group } from './group.tsx';
import { FilesGroup, GuestGroup } from './guest-group.tsx';
import { IommuGroup } from './iommu-group.tsx';
import { JSON_ID, JsonGroup } from './json-group.tsx';
import { openedDraft, wantedImages } from './opening.ts';
import { DevicesGroup, OfferGroup } from './offer-group.tsx';
import { PresetChoice } from './preset-choice.tsx';
import { RegionsGroup } from './regions-group.tsx';
import { RestGroup } from './rest-group.tsx';
import { summaryOf } from './summaries.ts';
import '../styles/machine-dialog.css';

export interface MachineDialogProps {
  /** What runs; null when nothing does. */
  readonly running: MachinePlan | null;
  /** The machine that was asked for last. */
  readonly asked: BootRequest;
  /** The files that were chosen last. */
  readonly files: ChosenFiles;
  readonly canSave: boolean;
  readonly onSave: () => void;
  /** A link to a page that starts this machine. */
  readonly linkOf: (request: BootRequest) => string;
  readonly onClose: () => void;
  readonly onStart: (request: BootRequest, files: ChosenFiles) => void;
}

const OPEN_AT_FIRST: ReadonlySet<GroupName> = new Set(['guest', 'iommu']);

/** What starts this machine. The usual one is asked for by nothing at all, so that it starts from its snapshot. */
function requestOf(plan: MachinePlan, { files }: Draft, { names }: BootRequest): BootRequest {
  const text = shortPlanText(plan);
  if (text === '{}') return { plan: {}, iommu: null };
  const isOwn = (name: ImageName): boolean => plan.images[name] !== 'project';
  return {
    plan: encodeParameter(text),
    iommu: null,
    files: ownFiles(files),
    names: namesOf(files, names ?? {}, isOwn),
  };
}

/** A near miss must not have the browser show the file instead of the page. */
function keepPage(event: DragEvent): void {
  event.preventDefault();
}

export function MachineDialog(props: MachineDialogProps): JSX.Element {
  const { running, asked, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState(() => openedDraft(running, asked, props.files));
  const [open, setOpen] = useState(OPEN_AT_FIRST);
  const [wanted, setWanted] = useState<string | null>(null);
  const [origin] = useState(() => ({
    project: projectChecksums(),
    names: asked.names ?? {},
    // A machine that runs has had its files
    wanted: running === null ? wantedImages(draft) : {},
  }));
  const checked = useMemo(() => checkDraft(draft, origin), [draft, origin]);
  const request = checked.plan && requestOf(checked.plan, draft, asked);

  const form: Form = {
    draft,
    checked,
    update: setDraft,
    write: (path, value) => setDraft((before) => withField(before, path, value)),
  };
  const toggle = (name: GroupName, isOpen: boolean): void =>
    setOpen((before) => {
      const rest = [...before].filter((each) => each !== name);
      return new Set(isOpen ? [...rest, name] : rest);
    });
  const show = (path: string): void => {
    toggle(groupOf(path), true);
    setWanted(path);
  };

  useEffect(() => {
    const element = dialog.current;
    element?.addEventListener('close', onClose);
    element?.showModal();
    return () => element?.removeEventListener('close', onClose);
  }, []);
  // Its group is open by now
  useEffect(() => {
    if (wanted === null) return;
    const field = fieldOf(wanted);
    const element = document.getElementById(field === null ? JSON_ID : idOf(field));
    element?.scrollIntoView({ block: 'center' });
    element?.focus();
    setWanted(null);
  }, [wanted]);

  const start = (event: Event): void => {
    event.preventDefault();
    if (request !== null) props.onStart(request, draft.files);
  };
  const group = (name: GroupName, children: JSX.Element): JSX.Element => (
    <Group
      form={form}
      name={name}
      isOpen={open.has(name)}
      onToggle={toggle}
      summary={summaryOf(name, checked.plan)}
    >
      {children}
    </Group>
  );
  return (
    <dialog
      class="dialog machine-dialog"
      ref={dialog}
      aria-labelledby="machine-title"
      onDragOver={keepPage}
      onDrop={keepPage}
    >
      <form onSubmit={start}>
        <header class="machine-head">
          <h2 id="machine-title">Machine</h2>
          <p class="quiet">
            What the PC is made of. Files that you choose stay on this computer: nothing of them is
            sent anywhere.
          </p>
        </header>
        <div class="machine-body" tabIndex={-1}>
          <PresetChoice form={form} />
          {group('guest', <GuestGroup form={form} />)}
          {group('iommu', <IommuGroup form={form} />)}
          {group('files', <FilesGroup form={form} />)}
          {group('devices', <DevicesGroup form={form} />)}
          {group('offer', <OfferGroup form={form} />)}
          {group('regions', <RegionsGroup form={form} />)}
          {group('rest', <RestGroup form={form} />)}
          {group('json', <JsonGroup form={form} link={request && props.linkOf(request)} />)}
        </div>
        <Footer
          checked={checked}
          running={running}
          canSave={props.canSave}
          onSave={props.onSave}
          onShow={show}
          onClose={() => dialog.current?.close()}
        />
      </form>
    </dialog>
  );
}
