/** What a source leaves on its PostgreSQL server under a name that follows from its own. */

export type PostgresNames = {
  /** Made by the connector; keeps the log until the connector has read it. */
  readonly slot: string;
  /** Made by the owner of the tables: only what it lists is sent. */
  readonly publication: string;
};

/** Hyphens are the only characters of a source's name that the server does not take. */
export function postgresNames(source: string): PostgresNames {
  const name = `civicbus_${source.replaceAll('-', '_')}`;
  return { slot: name, publication: name };
}
