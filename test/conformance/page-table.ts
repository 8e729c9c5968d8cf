// What the page is given of the requirements: the build makes a file of it.

import { parseRequirements } from './requirements.ts';

/** A test over each mapping store is one for the page. */
const STORE = /\b(?:ReferenceStore|WasmStore)\b/g;

/** requirements.json as text, tests that differ in their store alone being one; throws `Error` like `parseRequirements`. */
export function requirementsForPage(text: string): string {
  const requirements = parseRequirements(text).map((requirement) => ({
    ...requirement,
    tests: [...new Set(requirement.tests.map((name) => name.replaceAll(STORE, 'store')))],
  }));
  return JSON.stringify(requirements);
}
