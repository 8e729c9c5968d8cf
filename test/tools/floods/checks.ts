// What a program of checks has found so far, said as it comes.

export class Checks {
  #failed = 0;

  get isRight(): boolean {
    return this.#failed === 0;
  }

  /** Says what holds, and what does not. */
  check(holds: boolean, what: string): void {
    console.log(`  ${holds ? 'right' : 'WRONG'}: ${what}`);
    if (!holds) this.#failed += 1;
  }

  /** Says only what does not hold. */
  need(holds: boolean, what: string): void {
    if (!holds) this.check(false, what);
  }
}
