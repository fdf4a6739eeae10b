/**
 * What a sweep asks of a source's capture: the rows of a table once more, while changes go on.
 * The adapter (connectors/reread.ts) speaks to Debezium; tests play the source.
 */
export type RereadRequest = {
  /** Names this request; the same one again is the same request, sent once more. */
  readonly id: string;
  readonly source: string;
  readonly table: string;
  /** Where in the notices to look from: as answered by `begin`. */
  readonly since: bigint;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

export interface Reread {
  /** Where the notices of `source` end now: a reading that counts begins after it. Ask after the log's ends were noted. */
  begin(source: string): Promise<bigint>;
  /**
   * Resolves when every row that the table holds was written to its topic after `since`, and all of
   * them are committed or about to be. Safe to repeat: where that has happened already it resolves
   * at once. Throws SWEEP_REREAD_FAILED, BUS_TIMEOUT.
   */
  read(request: RereadRequest): Promise<void>;
}
