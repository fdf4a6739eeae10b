/**
 * Tells of a copy while its process runs: about once a second when something changed, else now and
 * then, so that silence means trouble. Once the copy is purged it signs that, tells it, and notes
 * that it was told.
 */
import { BusError, messageOf } from '../../base/errors.ts';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { signStatement } from '../../agreement/signature/signature.ts';
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import type { BusProducer } from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import { parseLayout } from './layout.ts';
import { readProgress } from './progress-store.ts';
import { readSubscription, updateSubscription, type Subscription } from './subscription-store.ts';
import { receiptOf, sendReceipt, type PurgeStatement, type Receipt } from './receipts.ts';

export type ReporterOptions = {
  readonly agreementId: string;
  readonly table: string;
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly producer: () => Promise<BusProducer>;
  readonly signingKey: OrgSigningKey;
  readonly log: Log;
  readonly onReceipt?: (receipt: Receipt) => void;
  /** The purge was told: nothing is left to do. */
  readonly onPurged: () => void;
};

const INTERVAL_MS = 1_000;
const UNCHANGED_INTERVAL_MS = 10_000;
const COUNT_INTERVAL_MS = 10_000;
/** A count that takes longer is not made again for a hundred times as long. */
const COUNT_SHARE = 100;

export class Reporter {
  readonly #options: ReporterOptions;
  #last: { readonly text: string; readonly atMs: number } | undefined;
  #rows: number | null = null;
  #countDueMs = 0;
  #warned = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tell();
      await systemClock.sleep(INTERVAL_MS, signal).catch(() => {});
    }
  }

  /** Tells what is to be told now; never throws. */
  async tell(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#tell();
      this.#warned = false;
    } catch (error) {
      log[this.#warned ? 'debug' : 'warn']({ error: messageOf(error) }, 'receipt not sent yet');
      this.#warned = true;
    }
  }

  async #tell(): Promise<void> {
    const { database, agreementId, producer, onReceipt, onPurged } = this.#options;
    const subscription = await readSubscription(database, agreementId);
    const progress = await readProgress(database, agreementId);
    const nowMs = Date.now();
    const contentHash = contentHashOf(subscription);
    const rows = await this.#count(subscription, nowMs);
    const plain = receiptOf({ agreementId, contentHash, subscription, progress, rows, nowMs });
    const purge = await this.#purgeOf(subscription, contentHash);
    const receipt = { ...plain, purge };
    const { at: _, ...facts } = plain;
    const text = JSON.stringify(facts);
    const isDue = text !== this.#last?.text || nowMs - this.#last.atMs >= UNCHANGED_INTERVAL_MS;
    if (!isDue && (purge === null || subscription.receiptSent)) return;
    onReceipt?.(receipt);
    await sendReceipt(await producer(), receipt);
    this.#last = { text, atMs: nowMs };
    if (purge === null) return;
    await updateSubscription(database, agreementId, { receipt_sent: 1 });
    onPurged();
  }

  async #purgeOf(
    { purgedAtMs, rowsPurged }: Subscription,
    contentHash: string | null,
  ): Promise<Receipt['purge']> {
    if (purgedAtMs === null) return null;
    const { agreementId, table, signingKey } = this.#options;
    const statement: PurgeStatement = {
      id: agreementId,
      contentHash: contentHash ?? '',
      verb: 'confirm-purge',
      previousEventHash: null,
      time: new Date(purgedAtMs).toISOString(),
      org: signingKey.orgId,
      rowsDeleted: rowsPurged ?? 0,
      tables: [table],
    };
    return { statement, jws: await signStatement(statement, signingKey) };
  }

  /** Rows of the copy; null while there is no table. A big table is counted seldom. */
  async #count({ layout }: Subscription, nowMs: number): Promise<number | null> {
    const { database, dialect, table } = this.#options;
    if (layout === null || nowMs < this.#countDueMs) return this.#rows;
    try {
      const [row] = await database.query<{ readonly n: number | string }>(
        `SELECT COUNT(*) AS n FROM ${dialect.quote(table)}`,
      );
      this.#rows = Number(row?.n ?? 0);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      this.#rows = null;
    }
    this.#countDueMs = nowMs + Math.max(COUNT_INTERVAL_MS, (Date.now() - nowMs) * COUNT_SHARE);
    return this.#rows;
  }
}

function contentHashOf({ layout }: Subscription): string | null {
  return layout === null ? null : parseLayout(layout).contentHash;
}
