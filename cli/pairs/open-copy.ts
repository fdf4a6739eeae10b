/**
 * The copy of a pair, read with its subscriber's own configuration: of the synthetic city the file
 * that the stack made, elsewhere the one that is named.
 */
import { access as canRead } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { dialectOf, type Dialect } from '../../bus/pair/subscriber/dialect.ts';
import { parseLayout } from '../../bus/pair/subscriber/layout.ts';
import { readSubscription } from '../../bus/pair/subscriber/subscription-store.ts';
import { SUBSCRIPTION_TABLE } from '../../bus/pair/subscriber/tables.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { loadSubscriberConfig } from '../../consumers/subscriber/config.ts';
import type { StackAccess } from '../stack/access.ts';

export type OpenCopy = {
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly table: string;
};

/** The file to read, where there is one. */
export async function copyConfig(
  access: StackAccess,
  { agreement }: CompiledPair,
  named?: string,
): Promise<string | undefined> {
  if (named !== undefined) return named;
  const own = join(access.endpoints.home, 'subscribers', agreement.name, 'subscriber.yaml');
  return canRead(own).then(
    () => own,
    () => undefined,
  );
}

/** Throws PAIR_COPY_ABSENT where no whole copy of this version stands. */
export async function openCopy(
  access: StackAccess,
  pair: CompiledPair,
  file: string | undefined,
): Promise<OpenCopy> {
  const { id, name, contentHash } = pair.agreement;
  const absent = (why: string) => new BusError('PAIR_COPY_ABSENT', { pair: name, why });
  if (file === undefined) throw absent('no configuration of its subscriber was named');
  const config = await loadSubscriberConfig(file);
  if (config.agreement !== id) throw absent(`${file} is of agreement ${config.agreement}`);
  const { engine, host, port, user, passwordFile, name: within, table } = config.database;
  const password = await readSecretFile(passwordFile);
  const database = access.open({ engine, host, port, user, password, database: within });
  const dialect = dialectOf(engine);
  if (!(await dialect.inspect(database, SUBSCRIPTION_TABLE)))
    throw absent('its subscriber has never run');
  const known = await database.query(
    `SELECT agreement_id FROM ${SUBSCRIPTION_TABLE} WHERE agreement_id = ?`,
    [id],
  );
  if (known.length === 0) throw absent('its subscriber has never run');
  const { layout, generation } = await readSubscription(database, id);
  if (layout === null || generation === 0) throw absent('its first copy is not complete yet');
  if (parseLayout(layout).contentHash !== contentHash)
    throw absent('the copy is of another version');
  return { database, dialect, table };
}
