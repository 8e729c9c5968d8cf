// The machine as a person has it in the dialog, right or wrong. Everything that is wrong is found by the plan's own checks.

import { IMAGE_NAMES, type ImageName } from '../../src/machine/images/image-files.ts';
import { chooseDmaWay, type DmaWay } from '../../src/machine/plan/dma-way.ts';
import { linuxNotes, type PlanNote } from '../../src/machine/plan/linux-notes.ts';
import type { MachinePlan } from '../../src/machine/plan/machine-plan.ts';
import { fileProblems, neededFiles, unpinPlan } from '../../src/machine/plan/own-files.ts';
import type { FileChecksums } from '../../src/machine/plan/pinned-plan.ts';
import { planProblems, readPlan } from '../../src/machine/plan/plan-check.ts';
import { IMAGE_WORDS } from '../../src/machine/plan/plan-differences.ts';
import { parseJson, planText } from '../../src/machine/plan/plan-json.ts';
import type { PlanProblem } from '../../src/machine/plan/plan-problem.ts';
import type { FileNames } from '../../src/worker/api/power.ts';
import {
  checksumsOf,
  type ChosenFiles,
  type ChosenImage,
  type ChosenShare,
} from './chosen-files.ts';
import { fieldText, valueAt, withValue, type Json, type JsonPath } from './json.ts';

/** A field that takes files. */
export type FilePath = `images.${ImageName}` | 'share';

/** What cannot be used, and why. */
export interface RefusedFile {
  readonly name: string;
  readonly words: string;
}

export interface Draft {
  /** The plan as it is written. */
  readonly value: Json;
  /** What stands where the JSON is shown, while it is none; the rest is as it was before. */
  readonly broken: string | null;
  readonly files: ChosenFiles;
  readonly refused: Readonly<Partial<Record<FilePath, RefusedFile>>>;
}

/** What the draft was opened with. */
export interface Asked {
  readonly project: FileChecksums;
  /** What own images are called, by the link that was opened, and their checksums. */
  readonly names: FileNames;
  readonly wanted: Readonly<Partial<Record<ImageName, string>>>;
}

export interface Checked {
  /** Null while anything is wrong. */
  readonly plan: MachinePlan | null;
  readonly problems: readonly PlanProblem[];
  readonly notes: readonly PlanNote[];
}

/** Digits of a checksum that people compare. */
const SHOWN_DIGITS = 16;

/** The path of what is wrong with the JSON itself. */
export const JSON_PATH = '';

/** A plan as JSON, whose objects can be changed field by field. */
function jsonOf(plan: MachinePlan): Json {
  const value: Json = JSON.parse(planText(plan));
  return value;
}

export function draftOf(plan: MachinePlan, files: ChosenFiles): Draft {
  return { value: jsonOf(plan), broken: null, files, refused: {} };
}

/** The draft as JSON. */
export function draftText({ value, broken }: Draft): string {
  return broken ?? JSON.stringify(value, null, 2);
}

/** Takes a text for the plan; what is no JSON leaves the rest of the draft as it is. */
export function withText(draft: Draft, text: string): Draft {
  try {
    parseJson(text, 'The plan');
    const value: Json = JSON.parse(text);
    return { ...draft, value, broken: null };
  } catch {
    return { ...draft, broken: text };
  }
}

export function withField(draft: Draft, path: JsonPath, value: Json | undefined): Draft {
  return { ...draft, broken: null, value: withValue(draft.value, path, value) };
}

/** Another machine, with the files that were chosen. */
export function withPlan(draft: Draft, plan: MachinePlan): Draft {
  return { ...draft, broken: null, value: jsonOf(plan) };
}

export function withWay(draft: Draft, way: DmaWay): Draft {
  const { mode, append } = chooseDmaWay(way, fieldText(valueAt(draft.value, ['append'])));
  return withField(withField(draft, ['iommu', 'mode'], mode), ['append'], append);
}

function withoutRefusal(draft: Draft, path: FilePath): Draft {
  const { [path]: _, ...refused } = draft.refused;
  return { ...draft, refused };
}

/** A file of the user's, or null for the project's. */
export function withImage(draft: Draft, name: ImageName, chosen: ChosenImage | null): Draft {
  const { [name]: _, ...others } = draft.files.images;
  const images = chosen === null ? others : { ...others, [name]: chosen };
  const next = withField(draft, ['images', name], chosen?.sha256 ?? 'project');
  return withoutRefusal({ ...next, files: { ...draft.files, images } }, `images.${name}`);
}

export function withShare(draft: Draft, chosen: ChosenShare | null): Draft {
  const next = withField(draft, ['share'], chosen?.checksums ?? 'project');
  return withoutRefusal({ ...next, files: { ...draft.files, share: chosen } }, 'share');
}

export function withRefused(draft: Draft, path: FilePath, refused: RefusedFile): Draft {
  return { ...draft, refused: { ...draft.refused, [path]: refused } };
}

/** Finds all that is wrong with a draft. */
export function checkDraft(draft: Draft, asked: Asked): Checked {
  if (draft.broken !== null) {
    return { plan: null, problems: brokenProblems(draft.broken), notes: [] };
  }
  const wrong = [...planProblems(draft.value), ...refusedProblems(draft)];
  if (planProblems(draft.value).length > 0) return { plan: null, problems: wrong, notes: [] };
  const plan = unpinPlan(readPlan(draft.value), asked.project);
  const problems = [
    ...wrong,
    ...neededProblems(plan, draft, asked),
    ...fileProblems(plan, ownImagesOf(plan, draft)),
  ];
  const notes = [...linuxNotes(plan), ...otherFileNotes(draft, asked)];
  return { plan: problems.length === 0 ? plan : null, problems, notes };
}

/** Another file than the one of the link may well do. */
function otherFileNotes({ files }: Draft, { wanted }: Asked): readonly PlanNote[] {
  return IMAGE_NAMES.flatMap((name) => {
    const chosen = files.images[name];
    const sha256 = wanted[name];
    if (chosen === undefined || sha256 === undefined || chosen.sha256 === sha256) return [];
    const words = `This is not the file that the link asks for: its SHA-256 is ${chosen.sha256.slice(0, SHOWN_DIGITS)}…, and not ${sha256.slice(0, SHOWN_DIGITS)}…. What is shown may differ.`;
    return [{ path: `images.${name}`, words }];
  });
}

/** The chosen images that the plan is of. */
function ownImagesOf({ images }: MachinePlan, { files }: Draft): ChosenFiles['images'] {
  const own = IMAGE_NAMES.flatMap((name) => {
    const chosen = files.images[name];
    return chosen?.sha256 === images[name] ? [[name, chosen] as const] : [];
  });
  return Object.fromEntries(own);
}

/** A machine that has nothing of the draft but its files; the project's where the draft's make no sense. */
export function filesOnly({ value }: Draft): MachinePlan {
  const files = { images: valueAt(value, ['images']), share: valueAt(value, ['share']) };
  return planProblems(files).length === 0 ? readPlan(files) : readPlan({});
}

function brokenProblems(text: string): readonly PlanProblem[] {
  try {
    parseJson(text, 'This');
    return [];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return [{ path: JSON_PATH, words, message: words }];
  }
}

function refusedProblems({ refused }: Draft): readonly PlanProblem[] {
  return Object.entries(refused).map(([path, { name, words }]) => {
    const text = `${name}: ${words}`;
    return { path, words: text, message: text };
  });
}

function neededProblems(
  plan: MachinePlan,
  { files, refused }: Draft,
  { project, names }: Asked,
): readonly PlanProblem[] {
  return neededFiles(plan, [project, checksumsOf(files)]).flatMap((file) => {
    const path: FilePath = file.kind === 'share' ? 'share' : `images.${file.image}`;
    if (refused[path] !== undefined) return [];
    const words =
      file.kind === 'share'
        ? `This PC needs your shared files: ${file.names.slice(0, 20).join(', ')}. Choose them, or drop them here.`
        : `This PC needs your ${IMAGE_WORDS[file.image]}${called(names[file.image])}, SHA-256 ${file.sha256.slice(0, SHOWN_DIGITS)}…. Choose the file, or drop it here.`;
    return [{ path, words, message: words }];
  });
}

function called(name: string | undefined): string {
  return name === undefined ? '' : ` “${name.slice(0, 80)}”`;
}
