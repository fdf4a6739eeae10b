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
    const said = new Map(
      [...Map.groupBy(lines, ({ agreementId }) => agreementId)].map(([id, versions]) => [
        id,
        saidOf(versions),
      ]),
    );
    const changed = [...said].filter(([id, text]) => this.#proved.get(id)?.said !== text);
    for (let at = 0; at < changed.length; at += PROVED_AT_ONCE) {
      await Promise.all(
        changed.slice(at, at + PROVED_AT_ONCE).map(async ([id, text]) => {
          this.#proved.set(id, { said: text, faults: await this.#prove(id) });
        }),
      );
    }
    return new Map(
      [...said.keys()].flatMap((id): [string, readonly string[]][] => {
        const { faults = [] } = this.#proved.get(id) ?? {};
        return faults.length > 0 ? [[id, faults]] : [];
      }),
    );
  }
}

/** Side by side: most of the time goes into waiting for the database. */
const PROVED_AT_ONCE = 4;

function saidOf(versions: readonly DueLine[]): string {
  return JSON.stringify(
    versions.map(({ version, state, contentHash, sinceMs }) => [
      version,
      state,
      contentHash,
      sinceMs,
    ]),
  );
}
