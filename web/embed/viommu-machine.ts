// `<viommu-machine>`: a machine in a page of somebody else's. It is the whole page in a frame: what surrounds it can neither
// change how it looks nor forbid what it needs, and it can do nothing to what surrounds it.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { CommandResult } from '../../src/shell/command-shell.ts';
import { HELLO, type EmbedAnswer, type EmbedCall, type EmbedNews } from './protocol.ts';

/** Passed on to the page as they are. */
const PARAMETERS = ['plan', 'view', 'at', 'filter'] as const;
/** Addresses of files, relative to the document. */
const FILES = ['session', 'trace'] as const;
const STYLE = `
  :host { display: block; block-size: 30rem; }
  :host([hidden]) { display: none; }
  iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; }
`;

interface Waiting {
  readonly resolve: (answer: EmbedAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Attributes: `plan` (JSON), `session` and `trace` (addresses of files), `view` (see, inspect), `at` (a sequence), `filter`,
 * `controls` (shows the page's own bars), `events` (has events told). Events: `viommu-ready`, `viommu-fault`,
 * `viommu-failure`, and `viommu-events` where they are asked for; their `detail` is in protocol.ts. Methods reject with an `Error` for the user; they wait for the page.
 */
export class ViommuMachine extends HTMLElement {
  static readonly observedAttributes = [...PARAMETERS, ...FILES, 'controls', 'events'];
  readonly #waiting = new Map<number, Waiting>();
  #frame: HTMLIFrameElement | undefined;
  #port: Promise<MessagePort> | undefined;
  #lastId = 0;
  #isAsked = false;

  connectedCallback(): void {
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  #end(): void {
    this.#frame?.remove();
    this.#frame = undefined;
    this.#port = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error('The machine was removed.'));
    this.#waiting.clear();
  }

  attributeChangedCallback(name: string): void {
    if (this.#frame === undefined) return;
    if (name === 'at') void this.goTo(Number(this.getAttribute('at') ?? 0) || null);
    else if (name === 'events') void this.#listen();
    else this.#restart();
  }

  /** Types on the console; `\n` is Enter. */
  async type(text: string): Promise<void> {
    await this.#call({ what: 'type', text });
  }

  /**
   * Runs a command in a shell of the guest, beside the console, and resolves with all that it printed and its exit code.
   * Waits for the guest to be up, and for commands before it. Rejects where the guest has no such shell, and when it starts
   * afresh meanwhile.
   */
  async run(command: string): Promise<CommandResult> {
    const answer = await this.#call({ what: 'run', command });
    if (answer.kind !== 'result') throw new Error('The machine gave no result.');
    return answer.result;
  }

  async pause(): Promise<void> {
    await this.#call({ what: 'pause' });
  }

  async resume(): Promise<void> {
    await this.#call({ what: 'resume' });
  }

  /** Shows the moment after an event; null for the present. The machine goes on. */
  async goTo(sequence: number | null): Promise<void> {
    await this.#call({ what: 'goTo', sequence });
  }

  /** The IOMMU as it is now; null on a machine without one. */
  async state(): Promise<IommuState | null> {
    const answer = await this.#call({ what: 'state' });
    return answer.kind === 'state' ? answer.state : null;
  }

  /** Several attributes that change together make one restart. */
  #restart(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => {
      this.#isAsked = false;
      if (this.isConnected) this.#start();
    });
  }

  #start(): void {
    this.#end();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = STYLE;
    const frame = document.createElement('iframe');
    frame.title = this.getAttribute('title') ?? 'A Linux PC whose IOMMU can be looked into';
    frame.loading = 'lazy';
    frame.allow = 'clipboard-write';
    frame.src = this.#address();
    this.#frame = frame;
    this.#port = new Promise((resolve) => {
      frame.addEventListener('load', () => resolve(this.#connect(frame)), { once: true });
    });
    root.replaceChildren(style, frame);
    for (const name of FILES) void this.#open(this.getAttribute(name));
    if (this.hasAttribute('events')) void this.#listen();
  }

  async #listen(): Promise<void> {
    try {
      await this.#call({ what: 'listen', isOn: this.hasAttribute('events') });
    } catch {
      // It was removed meanwhile
    }
  }

  #address(): string {
    const url = new URL('./', import.meta.url);
    url.searchParams.set('embed', this.hasAttribute('controls') ? 'controls' : 'bare');
    for (const name of PARAMETERS) {
      const text = this.getAttribute(name);
      if (text !== null) url.searchParams.set(name, text);
    }
    return url.href;
  }

  #connect(frame: HTMLIFrameElement): MessagePort {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', ({ data }: MessageEvent<EmbedNews>) => this.#hear(data));
    port1.start();
    frame.contentWindow?.postMessage(HELLO, new URL(frame.src).origin, [port2]);
    return port1;
  }

  async #open(address: string | null): Promise<void> {
    if (address === null) return;
    try {
      const url = new URL(address, document.baseURI);
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${url.href} cannot be had: status ${response.status}.`);
      const name = url.pathname.split('/').at(-1) ?? '';
      await this.#call({ what: 'open', file: await response.blob(), name });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#tell('failure', { kind: 'file', message });
    }
  }

  async #call(call: EmbedCall): Promise<EmbedAnswer> {
    if (this.#port === undefined) throw new Error('The machine is not in a document.');
    const port = await this.#port;
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<EmbedAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    port.postMessage({ id, call });
    return answered;
  }

  #hear(news: EmbedNews): void {
    if (news.kind === 'event') {
      this.#tell(news.name, news.detail);
      return;
    }
    const waiting = this.#waiting.get(news.id);
    this.#waiting.delete(news.id);
    if (news.kind === 'answer') waiting?.resolve(news.answer);
    else waiting?.reject(new Error(news.message));
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(
      new CustomEvent(`viommu-${name}`, { detail, bubbles: true, composed: true }),
    );
  }
}

if (customElements.get('viommu-machine') === undefined) {
  customElements.define('viommu-machine', ViommuMachine);
}
