/** Where a PostgreSQL source's log ends, and how far its Debezium connector has committed, as byte positions. */
import type { ConnectCluster } from '../connect/connect.ts';
import type { SqlSession } from '../sql/sql.ts';
import { connectorState } from './connector-state.ts';
import type { CaptureWatch } from './flow.ts';

export function postgresCapture({
  session,
  connect,
  connector,
}: {
  readonly session: SqlSession;
  readonly connect: ConnectCluster;
  readonly connector: string;
}): CaptureWatch {
  return {
    async position() {
      const [row] = await session.query<{ at: string }>(
        "SELECT (pg_current_wal_lsn() - '0/0')::text AS at",
      );
      return row?.at ?? '0';
    },
    async state() {
      const { running, offset } = await connectorState(connect, connector);
      return { running, at: processed(offset) };
    },
    hasReached: (at, position) => BigInt(at) >= BigInt(position),
  };
}

/**
 * Transactions are decoded in the order of their commits, so whatever record was processed, every
 * commit before its place was too.
 */
function processed(offset: Readonly<Record<string, unknown>>): string {
  const places = ['lsn', 'lsn_proc', 'lsn_commit'].map((name) => {
    const value = offset[name];
    return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
      ? BigInt(value)
      : 0n;
  });
  return String(places.reduce((most, place) => (place > most ? place : most), 0n));
}
