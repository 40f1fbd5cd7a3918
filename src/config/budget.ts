import type { Findings, Place } from './findings.ts';
import { MAX_EXPANDED_CHARS, MAX_EXPANDED_VALUES } from './limits.ts';

/** What expansion may still make in one run. Overspending is reported once and refused from then on. */
export class Budget {
  readonly #findings: Findings;
  #values = MAX_EXPANDED_VALUES;
  #chars = MAX_EXPANDED_CHARS;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** True once something was refused: the config is invalid, and more of it need not be made. */
  get isSpent(): boolean {
    return this.#values < 0 || this.#chars < 0;
  }

  /** False when the run would get more values than it may. */
  spendValues(count: number, where: Place): boolean {
    this.#values -= count;
    return this.#values >= 0 || this.#refuse(where, `${MAX_EXPANDED_VALUES} values`);
  }

  /** False when the texts made by substitution would get longer than they may be, all together. */
  spendChars(count: number, where: Place): boolean {
    this.#chars -= count;
    return this.#chars >= 0 || this.#refuse(where, `${MAX_EXPANDED_CHARS} characters of text`);
  }

  #refuse(where: Place, what: string): false {
    this.#findings.error({
      code: 'too-many-values',
      where,
      message: `the run would get more than ${what} when everything is expanded`,
      hint: 'split the config and run the parts one by one',
    });
    return false;
  }
}
