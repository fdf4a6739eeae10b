/**
 * The place of a view on the hub (database, tables, consumer's user): what is missing of it, as
 * steps, and making it. Reading changes nothing.
 */
import type { Problem } from '../../bus/base/errors.ts';
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { tableDifferences } from '../../bus/view/store/inspect.ts';
import { ENGINE_MIGRATIONS } from '../../bus/view/store/migrations.ts';
import { readerViews, viewTables, type ViewModel } from '../../bus/view/view.ts';
import { installView } from '../../consumers/install.ts';
import type { StackAccess } from '../stack/access.ts';
import { viewLogins } from '../stack/view-logins.ts';
import { canLogIn } from './can-log-in.ts';
import type { ShownStep } from './shown-step.ts';

export type PlacePlan = {
  readonly view: ViewModel;
  readonly steps: readonly ShownStep[];
  readonly problems: readonly Problem[];
};

/** What `installPlace` would do for `view`. */
export async function planPlace(
  view: ViewModel,
  { access, file }: { readonly access: StackAccess; readonly file: string },
): Promise<PlacePlan> {
  const hub = await access.root('hub');
  const existing = await tablesOf(hub, view.database);
  const wanted = [...viewTables(view), ...readerViews(view)];
  const missing = wanted.filter((table) => !existing.has(table));
  const migrated = existing.has('civicbus_migration')
    ? await migrationsOf(hub, view.database)
    : new Set<string>();
  const late = ENGINE_MIGRATIONS.filter(({ name }) => !migrated.has(name));
  const create = (kind: string, name: string): ShownStep => ({
    action: 'create',
    kind,
    name,
    changes: [],
  });
  const { hub: login } = viewLogins(view, access.secretsFolder);
  const steps = [
    ...(missing.length + late.length > 0 ? [create('tables', `${view.database}.*`)] : []),
    ...((await canLogIn(login, access)) ? [] : [create('hub user', login.user)]),
  ];
  const differences =
    missing.length === wanted.length ? [] : await differencesOf(hub, view, missing);
  return {
    view,
    steps,
    problems: differences.map((message) => ({ file, path: 'blocks', message })),
  };
}

/** Makes what is missing. Throws VIEW_TABLES_DIFFER. */
export async function installPlace(view: ViewModel, access: StackAccess): Promise<void> {
  const { user, passwordFile } = viewLogins(view, access.secretsFolder).hub;
  const password = await ensurePassword(passwordFile);
  const administrator = await access.rootTarget('hub');
  await installView(view, { administrator, consumer: { user, password } });
}

async function differencesOf(
  hub: SqlDatabase,
  view: ViewModel,
  missing: readonly string[],
): Promise<string[]> {
  const found = await tableDifferences(hub, view);
  const isOfMissing = (difference: string) =>
    missing.some((table) => difference.startsWith(`column ${table}.`));
  return found
    .filter((difference) => !isOfMissing(difference))
    .map((difference) => `${difference}.`);
}

async function tablesOf(hub: SqlDatabase, database: string): Promise<Set<string>> {
  const rows = await hub.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [database],
  );
  return new Set(rows.map(({ name }) => name));
}

async function migrationsOf(hub: SqlDatabase, database: string): Promise<Set<string>> {
  const rows = await hub.query<{ name: string }>(
    'SELECT name FROM `' + database + '`.civicbus_migration',
  );
  return new Set(rows.map(({ name }) => name));
}
