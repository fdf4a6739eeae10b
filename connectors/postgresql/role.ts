/**
 * The capture user's rights on a PostgreSQL server against the least that capture needs. One too
 * many is refused as firmly as one too few: a stolen password would reach further than the source says.
 */
import type { Problem } from '../../bus/base/errors.ts';
import { type Source, tableSpaceOf } from '../source.ts';
import type { RoleFacts } from './facts.ts';

export function roleProblems(source: Source, role: RoleFacts): Problem[] {
  return [...missing(source, role), ...excessive(source, role)];
}

function missing(source: Source, role: RoleFacts): Problem[] {
  const { user } = source.capture;
  const schema = tableSpaceOf(source);
  const problems: Problem[] = [];
  const lacks = (what: string, statement: string) => {
    const message = `The capture user ${user} lacks ${what}.`;
    problems.push({ path: 'grants', message, remedy: `Run: ${statement}` });
  };
  if (!role.attributes.includes('REPLICATION')) {
    lacks('REPLICATION', `ALTER ROLE ${user} REPLICATION;`);
  }
  if (!role.mayConnect) {
    const { database } = source.connection;
    lacks(`CONNECT on ${database}`, `GRANT CONNECT ON DATABASE ${database} TO ${user};`);
  }
  if (!role.mayUseSchema) {
    lacks(`USAGE of schema ${schema}`, `GRANT USAGE ON SCHEMA ${schema} TO ${user};`);
  }
  return problems;
}

function excessive(source: Source, role: RoleFacts): Problem[] {
  const { user } = source.capture;
  const schema = tableSpaceOf(source);
  const allowed = new Set([
    `CONNECT on database ${source.connection.database}`,
    `USAGE on schema ${schema}`,
    ...source.tables.map(({ name }) => `SELECT on ${schema}.${name}`),
  ]);
  const attributes = role.attributes.filter((name) => name !== 'REPLICATION');
  return [
    ...attributes.map((name) => tooMuch(user, name, `ALTER ROLE ${user} NO${name};`)),
    ...role.memberOf.map((name) => tooMuch(user, `role ${name}`, `REVOKE ${name} FROM ${user};`)),
    ...role.granted
      .map(({ privilege, on }) => ({ privilege, on, right: `${privilege} on ${on}` }))
      .filter(({ right }) => !allowed.has(right))
      .map(({ privilege, on, right }) => tooMuch(user, right, takeBack({ user, privilege, on }))),
  ];
}

function takeBack(of: {
  readonly user: string;
  readonly privilege: string;
  readonly on: string;
}): string {
  const { user, privilege, on } = of;
  const [, kind, name = on] = /^(schema|database) (.*)$/.exec(on) ?? [];
  const object = kind === undefined ? on.replace(/ \(.*\)$/, '') : `${kind.toUpperCase()} ${name}`;
  if (privilege === 'OWNER') {
    const owned = kind === undefined ? `TABLE ${object}` : object;
    return `ALTER ${owned} OWNER TO the department's own role;`;
  }
  const column = / \((.*)\)$/.exec(on)?.[1];
  const option = privilege.endsWith(' WITH GRANT OPTION');
  const bare = option ? privilege.replace(' WITH GRANT OPTION', '') : privilege;
  const what = column === undefined ? bare : `${bare} (${column})`;
  return `REVOKE ${option ? 'GRANT OPTION FOR ' : ''}${what} ON ${object} FROM ${user};`;
}

function tooMuch(user: string, what: string, statement: string): Problem {
  return {
    path: 'grants',
    message: `The capture user ${user} has more than capture needs: ${what}.`,
    remedy: `Run: ${statement}`,
  };
}
