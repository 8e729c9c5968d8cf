// Addresses have a version, so that a link of today is understood by every later page.

/** The version that this page writes. */
export const VERSION = 1;
export const VERSION_NAME = 'v';

/** One step from a version to the next; it changes the parameters in place. */
type Upgrade = (parameters: URLSearchParams) => void;

/** By the version they start from. Addresses before the first version had its parameters and no number. */
const UPGRADES: ReadonlyMap<number, Upgrade> = new Map([[0, () => undefined]]);

function versionOf(parameters: URLSearchParams): number {
  const text = parameters.get(VERSION_NAME) ?? '0';
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

/** Whether a page that is newer than this one has made the address. */
export function isOfLaterPage(parameters: URLSearchParams): boolean {
  return versionOf(parameters) > VERSION;
}

/** The parameters as the version of today has them; those of a later one as they are. */
export function upgradeParameters(parameters: URLSearchParams): URLSearchParams {
  const upgraded = new URLSearchParams(parameters);
  for (let from = versionOf(parameters); from < VERSION; from++) UPGRADES.get(from)?.(upgraded);
  return upgraded;
}
