// Light or dark: the system's choice until the person makes one, which is kept.

import { signal, type ReadonlySignal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const STORAGE_KEY = 'viommu.theme';

function isTheme(value: string | null | undefined): value is Theme {
  return value === 'light' || value === 'dark';
}

/** Storage may be forbidden; then the choice lasts as long as the page. */
function readChoice(): Theme | null {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return isTheme(value) ? value : null;
  } catch {
    return null;
  }
}

function keepChoice(theme: Theme): void {
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Nothing to do: see readChoice.
  }
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');
let choice = readChoice();
const current = signal<Theme>('light');

function apply(): void {
  const theme = choice ?? (systemDark.matches ? 'dark' : 'light');
  document.documentElement.dataset['theme'] = theme;
  current.value = theme;
}

/** The theme the page is painted in. */
export const theme: ReadonlySignal<Theme> = current;

/** Applies the kept or the system's theme, and follows the system from now on. */
export function startTheme(): void {
  systemDark.addEventListener('change', apply);
  apply();
}

export function toggleTheme(): void {
  choice = current.value === 'dark' ? 'light' : 'dark';
  keepChoice(choice);
  apply();
}
