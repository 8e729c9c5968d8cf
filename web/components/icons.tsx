// The page's few icons, 16 x 16, in the colour of the text around them; decoration only.

import type { ComponentChildren, JSX } from 'preact';

function Icon({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}

export function AboutIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.5v3.5M8 5v.1" />
    </Icon>
  );
}

export function SearchIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </Icon>
  );
}

export function HelpIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M5.4 6a2.6 2.6 0 1 1 3.8 2.3c-.8.4-1.2.9-1.2 1.7M8 12.9v.1" />
    </Icon>
  );
}

export function ShareIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M8 9.5V2.5M5 5l3-3 3 3M3 9v4.5h10V9" />
    </Icon>
  );
}

export function MoreIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M8 3.4v.1M8 8v.1M8 12.6v.1" stroke-width="2.2" />
    </Icon>
  );
}

export function PanesIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M2.5 3h11v10h-11zM7.5 3v10M7.5 8h6" />
    </Icon>
  );
}

export function PauseIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2.2" />
    </Icon>
  );
}

export function PlayIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M5 3.2v9.6L12.5 8z" fill="currentColor" />
    </Icon>
  );
}

export function ResetIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M8 2.2v5.3M11.6 4.2a5.2 5.2 0 1 1-7.2 0" />
    </Icon>
  );
}

export function SaveIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M8 2.5v7.2M4.9 6.8 8 9.9l3.1-3.1M3 13.2h10" />
    </Icon>
  );
}

export function OpenIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M2.2 12.6V3.8h4l1.5 1.8h5v1.9M2.2 12.6l1.9-5.1h10.2l-1.9 5.1z" />
    </Icon>
  );
}

export function SunIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
    </Icon>
  );
}

export function MoonIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z" />
    </Icon>
  );
}

export function DownIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M8 3v9.5M4 8.7l4 4 4-4" />
    </Icon>
  );
}

/** The sign of the page: memory as cells, one access stopped. */
export function BrandMark(): JSX.Element {
  const cells = [
    [1, 1, 1],
    [6, 1, 1],
    [11, 1, 0.3],
    [1, 6, 1],
    [6, 6, 0.3],
    [1, 11, 0.3],
    [6, 11, 1],
    [11, 11, 1],
  ] as const;
  return (
    <svg class="brand-mark" viewBox="0 0 16 16" width="26" height="26" aria-hidden="true">
      {cells.map(([x, y, opacity]) => (
        <rect x={x} y={y} width="4" height="4" rx="1" opacity={opacity} fill="var(--map-both)" />
      ))}
      <rect x="11" y="6" width="4" height="4" rx="1" fill="var(--map-stopped)" />
    </svg>
  );
}
