// Colours of the style sheet, as the canvas and the terminal need them.

/** Stands where nothing is styled by its neighbours: one that came and went in the body would have the page styled anew. */
let probe: HTMLElement | undefined;

function standingProbe(): HTMLElement {
  if (probe?.isConnected === true) return probe;
  probe = document.createElement('span');
  probe.hidden = true;
  // Where the system chooses the colours, all would be read as that of text
  probe.style.setProperty('forced-color-adjust', 'none');
  document.head.append(probe);
  return probe;
}

/** The value of a custom property that holds a colour, resolved for the current theme: `rgb(…)`. */
export function readColor(property: `--${string}`): string {
  const asked = standingProbe();
  asked.style.color = `var(${property})`;
  return getComputedStyle(asked).color;
}
