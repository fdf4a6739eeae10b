/**
 * What a sweep asks of a source's capture: the rows of a table once more, while changes go on.
 * The adapter (connectors/reread.ts) speaks to Debezium; tests play the source.
 */
import type { Column } from '../view.ts';
import type { KeyScope } from './key-scope.ts';

export type RereadRequest = {
  /** Names this request; the same one again is the same request, sent once more. */
  readonly id: string;
  readonly source: string;
  readonly table: string;
  /** Key columns of the source table, in its order. */
  readonly key: readonly Column[];
  /** Rows outside may be read too; rows inside must be. */
  readonly scope: KeyScope;
  /** Where in the notices to look from: as answered by `begin`. */
  readonly since: bigint;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

export interface Reread {
  /** Where the notices of `source` end now: what is answered to a later request comes after it. */
  begin(source: string): Promise<bigint>;
  /**
   * Resolves when every row of the scope that the source holds was written to its topic after the
   * call, and all of them are committed or about to be. Safe to repeat with the same id: a request
   * that was answered before resolves at once. Throws SWEEP_REREAD_FAILED, BUS_TIMEOUT.
   */
  read(request: RereadRequest): Promise<void>;
}
