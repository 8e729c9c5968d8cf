// What the dialog begins with: the machine that runs, else the one that was asked for and cannot be.

import { parseJson } from '../../src/machine/plan/plan-json.ts';
import { decodeParameter } from '../../src/machine/plan/plan-parameter.ts';
import { IMAGE_NAMES } from '../../src/machine/images/image-files.ts';
import { PROJECTS_OWN, type MachinePlan } from '../../src/machine/plan/machine-plan.ts';
import { DEFAULT_PLAN, planProblems, readPlan } from '../../src/machine/plan/plan-check.ts';
import type { BootRequest } from '../../src/worker/api/power.ts';
import type { ChosenFiles } from './chosen-files.ts';
import { draftOf, withField, withText, type Asked, type Draft } from './draft.ts';
import { valueAt } from './json.ts';

/** The draft of what runs, or of what was asked for, however wrong that is. */
export function openedDraft(
  running: MachinePlan | null,
  asked: BootRequest,
  files: ChosenFiles,
): Draft {
  return running === null ? askedDraft(asked, files) : draftOf(running, files);
}

/** Checksums of the images that a draft asks for and that do not come with the project. */
export function wantedImages({ value }: Draft): Asked['wanted'] {
  const wanted = IMAGE_NAMES.flatMap((name) => {
    const sha256 = valueAt(value, ['images', name]);
    return typeof sha256 === 'string' && sha256 !== PROJECTS_OWN ? [[name, sha256] as const] : [];
  });
  return Object.fromEntries(wanted);
}

function askedDraft({ plan, iommu }: BootRequest, files: ChosenFiles): Draft {
  const text = typeof plan === 'string' ? decoded(plan) : JSON.stringify(plan);
  const empty = draftOf(DEFAULT_PLAN, files);
  const written = withText(empty, text);
  if (written.broken !== null) return written;
  const value: unknown = parseJson(text, 'The plan');
  const whole = planProblems(value).length === 0 ? draftOf(readPlan(value), files) : written;
  return iommu === null ? whole : withField(whole, ['iommu', 'mode'], iommu);
}

function decoded(text: string): string {
  try {
    return decodeParameter(text, 'The address');
  } catch {
    return text;
  }
}
