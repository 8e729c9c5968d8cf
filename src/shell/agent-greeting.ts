// How the agent of the project's guest image announces itself on its serial line: a shell for programs reads there from then on.

/** All that it says, once at each start of the agent. */
export const AGENT_GREETING = 'viommu-agent ready\n';

/** Looks for the greeting in what comes over the line, in pieces of any length. */
export class AgentGreeting {
  #decoder = new TextDecoder();
  /** The latest characters, of which a greeting may be the beginning. */
  #carry = '';

  /** Takes what came. Returns whether a greeting ended in it. */
  take(bytes: Uint8Array): boolean {
    const text = this.#carry + this.#decoder.decode(bytes, { stream: true });
    const isThere = text.includes(AGENT_GREETING);
    this.#carry = isThere ? '' : text.slice(1 - AGENT_GREETING.length);
    return isThere;
  }

  /** What came until now is of another guest. */
  forget(): void {
    this.#decoder = new TextDecoder();
    this.#carry = '';
  }
}
