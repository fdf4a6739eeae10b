/**
 * Which agreements the control database tells the truth about. Every one is proved when the
 * reconciler starts, and again whenever anything of it changed: whoever could write a state there
 * without a signed event would otherwise open a pair.
 */
import type { DueLine } from './due.ts';

export class Trust {
  readonly #prove: (agreementId: string) => Promise<readonly string[]>;
  /** What each agreement said when it was proved, and what was wrong. */
  readonly #proved = new Map<
    string,
    { readonly said: string; readonly faults: readonly string[] }
  >();

  constructor(prove: (agreementId: string) => Promise<readonly string[]>) {
    this.#prove = prove;
  }

  /** Faults by agreement; those without any are left out. Throws what proving throws. */
  async faultsOf(lines: readonly DueLine[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const faults = new Map<string, readonly string[]>();
    for (const [agreementId, versions] of Map.groupBy(lines, (line) => line.agreementId)) {
      const said = JSON.stringify(
        versions.map(({ version, state, contentHash, sinceMs }) => [
          version,
          state,
          contentHash,
          sinceMs,
        ]),
      );
      const known = this.#proved.get(agreementId);
      const found = known?.said === said ? known.faults : await this.#prove(agreementId);
      this.#proved.set(agreementId, { said, faults: found });
      if (found.length > 0) faults.set(agreementId, found);
    }
    return faults;
  }
}
