/**
 * What the capture of a view on the hub has beside that of a department. A rebuild fills a shadow
 * database and exchanges the tables by one RENAME: the capture has to know the shadow's
 * definitions by then, else the first change after it would stop it. Of those databases it reads
 * definitions only, rows of tables of the view itself.
 */
import type { ConnectorConfig } from '../../bus/connect/connect.ts';
import { exactly } from '../exactly.ts';
import type { Source } from '../source.ts';

/** Rows of a view are wide, with an image before and one after: a queue is bounded by bytes, not by rows alone. */
const QUEUE_BYTES = 32 * 1024 * 1024;

export function hubConfig({ connection: { database } }: Source): ConnectorConfig {
  return {
    'database.include.list': [database, `${database}__next`, `${database}__old`]
      .map((name) => exactly(name))
      .join(','),
    // A table read again moves versions only; that is no change to anybody who has the row.
    'skip.messages.without.change': 'true',
    'max.queue.size.in.bytes': String(QUEUE_BYTES),
    'max.batch.size': '2048',
    'max.queue.size': '8192',
  };
}
