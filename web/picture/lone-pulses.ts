// Pulses that are alone: each is an element that the browser itself moves along its way, so that a guest that rests, and does
// something now and then, costs the page no frames.

import type { Point } from './layout.ts';
import { alongPath, type Pulse } from './pulses.ts';

/** No more at a time: many cost less as dots of one canvas. */
const MOST_LONE = 2;
/** So often a second they move: two of three frames of a 60 Hz screen need not be made. */
const STEPS_PER_SECOND = 20;

/** The way of a pulse, and how it looks. */
export interface PulseWay {
  readonly path: readonly Point[];
  /** CSS pixels from its middle to the outside of its edge. */
  readonly radius: number;
  readonly edgeWidth: number;
  /** CSS colours. */
  readonly color: string;
  readonly edge: string;
}

/** Null for an access whose device is not in the picture. */
export type WayOf = (pulse: Pulse) => PulseWay | null;

interface LonePulse {
  readonly pulse: Pulse;
  readonly element: HTMLElement;
  readonly effect: AnimationEffect | null;
}

/** Where a pulse is at each step, as a browser takes it. */
function keyframes({ path, radius }: PulseWay, forMs: number): Keyframe[] {
  const steps = Math.max(1, Math.round((forMs * STEPS_PER_SECOND) / 1000));
  return Array.from({ length: steps + 1 }, (_unused, step) => {
    const { x, y } = alongPath(path, step / steps);
    return {
      transform: `translate(${(x - radius).toFixed(1)}px, ${(y - radius).toFixed(1)}px)`,
      easing: 'steps(1)',
    };
  });
}

function dress(element: HTMLElement, { radius, edgeWidth, color, edge }: PulseWay): void {
  const { style } = element;
  style.width = `${2 * radius}px`;
  style.height = `${2 * radius}px`;
  style.background = color;
  style.border = `${edgeWidth}px solid ${edge}`;
}

/** `layer`: an element over the canvas, as large as it and with nothing else in it. */
export class LonePulses {
  readonly #layer: HTMLElement;
  readonly #forMs: number;
  #pulses: readonly LonePulse[] = [];

  constructor(layer: HTMLElement, forMs: number) {
    this.#layer = layer;
    this.#forMs = forMs;
  }

  get hasRoom(): boolean {
    return this.#pulses.length < MOST_LONE;
  }

  start(pulse: Pulse, wayOf: WayOf): void {
    const way = wayOf(pulse);
    if (way === null) return;
    const element = document.createElement('div');
    element.className = 'pulse';
    dress(element, way);
    this.#layer.append(element);
    const animation = element.animate(keyframes(way, this.#forMs), this.#forMs);
    animation.addEventListener('finish', () => this.#end(element));
    this.#pulses = [...this.#pulses, { pulse, element, effect: animation.effect }];
  }

  /** Leads all along other ways, each as far as it is on its own: the picture has changed below them. */
  lead(wayOf: WayOf): void {
    for (const { pulse, element, effect } of this.#pulses) {
      const way = wayOf(pulse);
      if (way === null || !(effect instanceof KeyframeEffect)) {
        this.#end(element);
        continue;
      }
      dress(element, way);
      effect.setKeyframes(keyframes(way, this.#forMs));
    }
  }

  clear(): void {
    for (const { element } of this.#pulses) this.#end(element);
  }

  #end(element: HTMLElement): void {
    element.remove();
    this.#pulses = this.#pulses.filter((each) => each.element !== element);
  }
}
