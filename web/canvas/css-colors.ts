// Colours of the style sheet, as the canvas and the terminal need them.

/** The value of a custom property that holds a colour, resolved for the current theme: `rgb(…)`. */
export function readColor(property: `--${string}`): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  probe.hidden = true;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
