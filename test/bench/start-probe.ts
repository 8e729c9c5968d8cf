// What is put into the page before anything of it: looks at every frame, and presses a key as soon as one can be pressed.
// One function, as the page gets its text alone.

/** Milliseconds from the navigation on. */
export interface StartTimes {
  /** The browser has painted something of the page: its own first contentful paint. */
  readonly paintMs: number;
  /** A row of the table of mappings is on the screen. */
  readonly mappingMs: number;
  /** The guest is at its prompt: a key is pressed. */
  readonly readyMs: number;
  /** The key stands behind the prompt. */
  readonly echoMs: number;
}

/** What becomes of a start, where the page keeps it. */
declare global {
  var startOutcome: StartTimes | { readonly failure: string } | undefined;
}

interface ShownElement {
  readonly textContent: string | null;
  getClientRects(): { readonly length: number };
  dispatchEvent(event: Event): boolean;
}
declare const document: { querySelector(selector: string): ShownElement | null };
declare const InputEvent: new (
  type: string,
  init: { readonly data: string; readonly inputType: string; readonly bubbles: boolean },
) => Event;

/** Leaves the times of the start in `startOutcome`. Nothing of the page is asked for anything it does not show. */
export function watchStart(): void {
  const [key, echo] = ['Z', /# Z\s*$/];
  let mappingMs: number | undefined;
  let readyMs: number | undefined;
  const isShown = (selector: string): boolean =>
    (document.querySelector(selector)?.getClientRects().length ?? 0) > 0;
  const look = (): void => {
    const { viommu } = globalThis;
    const failure = viommu?.failure() ?? null;
    if (failure !== null) {
      globalThis.startOutcome = { failure };
      return;
    }
    if (isShown('table[aria-label="Mappings"] tr[aria-rowindex]')) mappingMs ??= performance.now();
    if (readyMs === undefined && viommu?.stage() === 'ready') {
      readyMs = performance.now();
      const event = new InputEvent('input', { data: key, inputType: 'insertText', bubbles: true });
      document.querySelector('.xterm-helper-textarea')?.dispatchEvent(event);
    }
    const isEchoed = echo.test(document.querySelector('.xterm-rows')?.textContent ?? '');
    if (mappingMs !== undefined && readyMs !== undefined && isEchoed) {
      const paintMs = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN;
      globalThis.startOutcome = { paintMs, mappingMs, readyMs, echoMs: performance.now() };
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
