/**
 * The sources of a view as a comparison reads them: each as its own capture user, which may read
 * the captured tables and nothing else, with the state of its connector.
 */
import { BusError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { ConnectCluster } from '../../bus/connect/connect.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { CaptureWatch } from '../../bus/verify/flow.ts';
import { mariadbCapture } from '../../bus/verify/mariadb-capture.ts';
import { mariadbDialect, isMariadbByteOrdered } from '../../bus/verify/mariadb.ts';
import { postgresCapture } from '../../bus/verify/postgres-capture.ts';
import { isPostgresByteOrdered, postgresDialect } from '../../bus/verify/postgres.ts';
import type { SourceReader } from '../../bus/verify/sides.ts';
import { addressOf, capturePasswordFile } from '../../connectors/compile.ts';
import { contextOf } from '../../connectors/context.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { sourceNames } from '../../connectors/names.ts';
import type { Source } from '../../connectors/source.ts';
import { gatherDeclarations } from '../apply/gather.ts';
import type { StackAccess } from '../stack/access.ts';

export type OpenSource = SourceReader & { readonly capture: CaptureWatch };

/** Sources declared in `paths`; those that come with civicbus when there are none in them. */
export async function declaredSources(
  paths: readonly string[] | undefined,
  ownFolder: string,
): Promise<ReadonlyMap<string, Source>> {
  const given = paths === undefined ? [] : (await gatherDeclarations(paths)).sourceFiles;
  const files = given.length > 0 ? given : await findSourceFiles(ownFolder);
  return new Map((await loadSources(files)).map(({ source }) => [source.name, source]));
}

/** Opens sources by name, each once. Throws CLI_NOT_FOUND for one that is not declared. */
export function sourceOpener(
  sources: ReadonlyMap<string, Source>,
  access: StackAccess,
): (name: string) => Promise<OpenSource> {
  const opened = new Map<string, Promise<OpenSource>>();
  return (name) => {
    const known = opened.get(name) ?? open(name);
    opened.set(name, known);
    return known;
  };

  async function open(name: string): Promise<OpenSource> {
    const source = sources.get(name);
    const context = contextOf(access.endpoints);
    const address = source && addressOf(source, context);
    if (!source || !address) {
      throw new BusError('CLI_NOT_FOUND', {
        kind: 'source',
        name,
        known: [...sources.keys()].join(', '),
      });
    }
    const password = await readSecretFile(capturePasswordFile(source, context));
    const { database } = source.connection;
    const session = access.open({
      ...address,
      engine: source.engine,
      user: source.capture.user,
      password,
      database,
    });
    return reader(source, { session, connect: await access.connect() });
  }
}

function reader(
  source: Source,
  { session, connect }: { readonly session: SqlDatabase; readonly connect: ConnectCluster },
): OpenSource {
  const types = new Map(
    source.tables.flatMap(({ name, columns }) =>
      columns.map((column) => [`${name}.${column.name}`, column.type] as const),
    ),
  );
  const { connector } = sourceNames(source.name);
  const watched = { session, connect, connector };
  const isPostgres = source.engine === 'postgresql';
  return {
    dialect: isPostgres ? postgresDialect : mariadbDialect,
    session,
    typeOf: (table, column) => types.get(`${table}.${column}`),
    isByteOrdered: (from) =>
      isPostgres ? isPostgresByteOrdered(session, from) : isMariadbByteOrdered(session, from),
    capture: isPostgres ? postgresCapture(watched) : mariadbCapture(watched),
  };
}
