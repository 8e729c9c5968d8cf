// A plan and the files that a machine is built of: they have to fit, and then the plan names each file by its checksum.

import { InputError } from '../images/guest-images.ts';
import type { ImageName } from '../images/image-files.ts';
import { PROJECTS_OWN, type MachinePlan } from './machine-plan.ts';
import { IMAGE_WORDS, shareDifferences } from './plan-differences.ts';

/** Checksums of files that are there. */
export interface FileChecksums {
  readonly images: Readonly<Partial<Record<ImageName, string | undefined>>>;
  /** Of shared files by name; undefined: none are there yet. */
  readonly share: Readonly<Record<string, string>> | undefined;
}

/** Digits of a checksum that people compare. */
const SHOWN_DIGITS = 12;

/**
 * The plan with the checksums of these files in place of the project's own. Throws `InputError` when the plan asks for
 * another file.
 */
export function pinPlan(plan: MachinePlan, { images, share }: FileChecksums): MachinePlan {
  const pin = (name: ImageName): string => {
    const planned = plan.images[name];
    const given = images[name] ?? planned;
    if (planned === PROJECTS_OWN || planned === given) return given;
    throw new InputError(
      `The plan is of a ${IMAGE_WORDS[name]} with the SHA-256 checksum ${planned.slice(0, SHOWN_DIGITS)}..., and this one has ${given.slice(0, SHOWN_DIGITS)}.... Give the file that the plan is of, or take it out of the plan.`,
    );
  };
  return {
    ...plan,
    images: {
      kernel: pin('kernel'),
      initrd: pin('initrd'),
      disk: pin('disk'),
      bios: pin('bios'),
      vgaBios: pin('vgaBios'),
    },
    share: pinShare(plan.share, share ?? plan.share),
  };
}

function pinShare(
  planned: MachinePlan['share'],
  given: MachinePlan['share'],
): MachinePlan['share'] {
  if (planned === PROJECTS_OWN) return given;
  const differences = shareDifferences(planned, given);
  if (differences.length === 0) return given;
  throw new InputError(
    `The plan has other shared files: ${differences.join('; ')}. Give the files that the plan is of, or take them out of the plan.`,
  );
}
