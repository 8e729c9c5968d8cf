// What the generator believes its requests have done so far: enough to aim the next ones at what exists. It never sees
// an answer, so that a seed gives the same requests whatever the devices do.

export interface Pages {
  readonly start: bigint;
  /** Inclusive. */
  readonly end: bigint;
}

interface BelievedDomain {
  readonly isBypass: boolean;
  mappings: Pages[];
}

function overlap(one: Pages, other: Pages): boolean {
  return one.start <= other.end && other.start <= one.end;
}

/** Attachments and mappings, kept as the specification would have them for well-formed requests. */
export class Belief {
  readonly #domains = new Map<number, BelievedDomain>();
  readonly #attachments = new Map<number, number>();

  /** Pairs of endpoint and domain. */
  get attachments(): readonly (readonly [number, number])[] {
    return [...this.#attachments];
  }

  domainOf(endpoint: number): number | undefined {
    return this.#attachments.get(endpoint);
  }

  /** Undefined for a domain that does not exist. */
  isBypass(domain: number): boolean | undefined {
    return this.#domains.get(domain)?.isBypass;
  }

  domains(isBypass: boolean): readonly number[] {
    return [...this.#domains].filter(([, each]) => each.isBypass === isBypass).map(([id]) => id);
  }

  mappings(domain: number): readonly Pages[] {
    return this.#domains.get(domain)?.mappings ?? [];
  }

  attach(endpoint: number, domain: number, isBypass: boolean): void {
    const known = this.#domains.get(domain);
    if (known !== undefined && known.isBypass !== isBypass) return;
    if (this.#attachments.get(endpoint) === domain) return;
    this.#domains.set(domain, known ?? { isBypass, mappings: [] });
    const old = this.#attachments.get(endpoint);
    this.#attachments.set(endpoint, domain);
    this.#forgetIfEmpty(old);
  }

  detach(endpoint: number, domain: number): void {
    if (this.#attachments.get(endpoint) !== domain) return;
    this.#attachments.delete(endpoint);
    this.#forgetIfEmpty(domain);
  }

  map(domain: number, pages: Pages): void {
    const known = this.#domains.get(domain);
    if (known === undefined || known.isBypass) return;
    if (!known.mappings.some((each) => overlap(each, pages))) known.mappings.push(pages);
  }

  unmap(domain: number, range: Pages): void {
    const known = this.#domains.get(domain);
    if (known === undefined) return;
    const touched = known.mappings.filter((each) => overlap(each, range));
    if (touched.some(({ start, end }) => start < range.start || end > range.end)) return;
    known.mappings = known.mappings.filter((each) => !overlap(each, range));
  }

  forget(): void {
    this.#domains.clear();
    this.#attachments.clear();
  }

  #forgetIfEmpty(domain: number | undefined): void {
    if (domain === undefined || [...this.#attachments.values()].includes(domain)) return;
    this.#domains.delete(domain);
  }
}
