// A plan and a user's own files: what goes together, and which files a plan asks for that are not there.

import { checkCommandLine, checkInitrd } from '../images/guest-images.ts';
import { IMAGE_NAMES, type ImageName } from '../images/image-files.ts';
import type { KnownImage } from '../images/own-image.ts';
import { commandLine, PROJECTS_OWN, type MachinePlan } from './machine-plan.ts';
import type { FileChecksums } from './pinned-plan.ts';
import { atField, problemsOf, type PlanProblem } from './plan-problem.ts';

/** What is wrong with a plan once the user's own images are known; nothing: a machine can be built of them. */
export function fileProblems(
  plan: MachinePlan,
  own: Readonly<Partial<Record<ImageName, KnownImage>>>,
): readonly PlanProblem[] {
  return problemsOf(
    () => {
      const { initrd } = own;
      if (initrd === undefined) return;
      atField('images.initrd', () => checkInitrd(initrd, plan.memoryMiB));
    },
    () => {
      atField('append', () => checkCommandLine(commandLine(plan), own.kernel?.commandLineLimit));
    },
  );
}

/** A file that a plan asks for. */
export type NeededFile =
  | { readonly kind: 'image'; readonly image: ImageName; readonly sha256: string }
  | { readonly kind: 'share'; readonly names: readonly string[] };

/** The files of a plan that are none of these. */
export function neededFiles(
  plan: MachinePlan,
  there: readonly FileChecksums[],
): readonly NeededFile[] {
  const images = IMAGE_NAMES.filter((name) => {
    const sha256 = plan.images[name];
    return sha256 !== PROJECTS_OWN && there.every(({ images: known }) => known[name] !== sha256);
  }).map((image): NeededFile => ({ kind: 'image', image, sha256: plan.images[image] }));
  const { share } = plan;
  if (share === PROJECTS_OWN) return images;
  const names = Object.keys(share);
  const isThere = there.some(
    ({ share: known }) => known !== undefined && isSameShare(share, known),
  );
  return names.length === 0 || isThere ? images : [...images, { kind: 'share', names }];
}

/** The plan with the word for what comes with the project in place of its checksums. */
export function unpinPlan(plan: MachinePlan, projects: FileChecksums): MachinePlan {
  const word = (name: ImageName): string =>
    plan.images[name] === projects.images[name] ? PROJECTS_OWN : plan.images[name];
  const isProjects =
    plan.share !== PROJECTS_OWN &&
    projects.share !== undefined &&
    isSameShare(plan.share, projects.share);
  return {
    ...plan,
    images: {
      kernel: word('kernel'),
      initrd: word('initrd'),
      disk: word('disk'),
      bios: word('bios'),
      vgaBios: word('vgaBios'),
    },
    share: isProjects ? PROJECTS_OWN : plan.share,
  };
}

function isSameShare(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
}
