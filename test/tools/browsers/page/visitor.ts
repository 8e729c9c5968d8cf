// A visitor of the page in a frame: sees it and presses its buttons by their names.

import type { PageHandle } from '../../../../src/worker/api/page-handle.ts';

type FrameWindow = Window & { readonly viommu?: PageHandle };

/** What can be pressed, or pointed at. */
const NAMED = 'button, a, [role="menuitem"], [role="slider"], input, textarea';

export class Visitor {
  readonly #frame: HTMLIFrameElement;

  constructor(frame: HTMLIFrameElement) {
    this.#frame = frame;
  }

  get window(): FrameWindow {
    const { contentWindow } = this.#frame;
    if (contentWindow === null) throw new Error('the frame has no page');
    return contentWindow;
  }

  /** What the page offers to programs; undefined until it is there. */
  get handle(): PageHandle | undefined {
    return this.window.viommu;
  }

  get text(): string {
    return this.window.document.body?.textContent ?? '';
  }

  /** Goes to an address of the same server, or to the present one again. */
  async open(address: string): Promise<void> {
    const loaded = new Promise((resolve) =>
      this.#frame.addEventListener('load', resolve, { once: true }),
    );
    if (address === this.window.location.href) this.window.location.reload();
    else this.#frame.src = address;
    await loaded;
  }

  /** Looks again and again, a frame apart, until something is there, and gives it. Whoever waits for all of it gives up. */
  async see<T>(look: () => T | null | undefined | false | ''): Promise<T> {
    for (;;) {
      const seen = look();
      if (seen !== null && seen !== undefined && seen !== false && seen !== '') return seen;
      const failure = this.handle?.failure() ?? null;
      if (failure !== null) throw new Error(failure);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  /** The part of the page that is called so, once it is there and can be used. */
  async named(name: string | RegExp): Promise<HTMLElement> {
    return this.see(() => {
      const all = this.window.document.querySelectorAll<HTMLElement>(NAMED);
      return [...all].find((each) => {
        const own = each.getAttribute('aria-label') ?? each.textContent ?? '';
        const isNamed = typeof name === 'string' ? own.trim() === name : name.test(own);
        return isNamed && !each.matches(':disabled');
      });
    });
  }

  async press(name: string | RegExp): Promise<void> {
    (await this.named(name)).click();
  }

  /** Waits for the guest's prompt. */
  async waitForPrompt(): Promise<void> {
    await this.see(() => this.handle?.stage() === 'ready' && this.handle.status() === 'running');
  }

  /** Presses on something at a share of its width, as a mouse does. */
  pointAt(element: HTMLElement, share: number): void {
    const { left, top, width, height } = element.getBoundingClientRect();
    const place = {
      bubbles: true,
      clientX: left + width * share,
      clientY: top + height / 2,
      pointerId: 1,
      isPrimary: true,
      button: 0,
    };
    const { PointerEvent, Element } = this.#frame.contentDocument?.defaultView ?? window;
    // No pointer makes these events, so none can be captured
    Element.prototype.setPointerCapture = () => undefined;
    const target = element.querySelector('canvas') ?? element;
    target.dispatchEvent(new PointerEvent('pointerdown', { ...place, buttons: 1 }));
    target.dispatchEvent(new PointerEvent('pointerup', place));
  }
}
