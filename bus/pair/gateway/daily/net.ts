/**
 * The net change of one day, key by key: the image before the first change and the one after the
 * last. What came and went within the day never leaves.
 */
import type { RowImage } from '../../../change/envelope.ts';
import type { BoundPair, Decision } from '../bound-pair.ts';
import type { HubChange } from '../changes.ts';

type Net = { readonly before: RowImage | null; after: RowImage | null };

export class NetChanges {
  readonly #pair: BoundPair;
  readonly #keyAt: readonly number[];
  readonly #changes = new Map<string, Net>();

  /** `keyAt`: where the columns of the table's key stand in an image. */
  constructor(pair: BoundPair, keyAt: readonly number[]) {
    this.#pair = pair;
    this.#keyAt = keyAt;
  }

  add({ before, after }: HubChange): void {
    const image = after ?? before;
    if (!image) return;
    const key = JSON.stringify(this.#keyAt.map((at) => String(image[at])));
    const known = this.#changes.get(key);
    if (known) known.after = after;
    else this.#changes.set(key, { before, after });
  }

  /** What leaves of each key; and how many could not be judged. */
  *decisions(): Generator<{ readonly decision: Decision | undefined; readonly faulty: boolean }> {
    for (const { before, after } of this.#changes.values()) yield this.#pair.decide(before, after);
  }
}
