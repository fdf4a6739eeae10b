/**
 * The capture user's rights against the least that capture needs. A missing one stops the
 * connector; one too many is refused as firmly, because a stolen password would reach further
 * than the source says.
 */
import type { Problem } from '../../bus/base/errors.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import { CAPTURE_GRANTS } from '../../producers/capture-grants.ts';
import type { Source } from '../source.ts';

/** One line of SHOW GRANTS, taken apart. */
export type Grant = {
  readonly privileges: readonly string[];
  /** "*.*", "police.*", "police.person"; a role's name for a granted role. */
  readonly on: string;
  readonly to: string;
  readonly grantOption: boolean;
  readonly isRole: boolean;
};

export async function readGrants(db: SqlSession): Promise<string[]> {
  const rows = await db.query<Record<string, string>>('SHOW GRANTS FOR CURRENT_USER');
  return rows.flatMap((row) => Object.values(row));
}

/** Takes a SHOW GRANTS line apart. undefined for lines that grant nothing (default roles). */
export function parseGrant(line: string): Grant | undefined {
  const grantOption = /WITH (?:GRANT|ADMIN) OPTION\s*$/.test(line);
  const [, list, level, to] =
    /^GRANT (.+?) ON (?:TABLE |PROCEDURE |FUNCTION )?(\S+) TO (\S+)/.exec(line) ?? [];
  if (list !== undefined && level !== undefined && to !== undefined) {
    const privileges = splitList(list);
    return { privileges, on: level.replaceAll('`', ''), to, grantOption, isRole: false };
  }
  const [, role, holder] = /^GRANT (\S+) TO (\S+)/.exec(line) ?? [];
  if (role === undefined || holder === undefined) return undefined;
  return { privileges: [], on: role, to: holder, grantOption, isRole: true };
}

/** Commas inside brackets belong to column lists. */
function splitList(list: string): string[] {
  return list
    .split(/,(?![^(]*\))/)
    .map((one) => one.trim())
    .filter((one) => one !== 'USAGE');
}

const SYNONYMS: Readonly<Record<string, string>> = {
  'REPLICATION CLIENT': 'BINLOG MONITOR',
  'REPLICATION REPLICA': 'REPLICATION SLAVE',
};

function canonical(privilege: string): string {
  return SYNONYMS[privilege] ?? privilege;
}

/** Missing and excessive rights of the user that `lines` are of, each with its statement. */
export function grantProblems({ connection, tables }: Source, lines: readonly string[]): Problem[] {
  const grants = lines.flatMap((line) => parseGrant(line) ?? []);
  const user = (grants[0]?.to ?? 'the capture user').replaceAll('`', "'");
  const wanted = new Map<string, ReadonlySet<string>>([
    ['*.*', new Set(CAPTURE_GRANTS.global)],
    ...tables.map(({ name }): [string, ReadonlySet<string>] => [
      `${connection.database}.${name}`,
      new Set(CAPTURE_GRANTS.table),
    ]),
  ]);
  return [...missing({ grants, wanted, user }), ...excessive({ grants, wanted, user })];
}

type Comparison = {
  readonly grants: readonly Grant[];
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  readonly user: string;
};

function missing({ grants, wanted, user }: Comparison): Problem[] {
  return [...wanted].flatMap(([on, privileges]) => {
    const held = new Set(
      grants.filter((grant) => grant.on === on).flatMap((grant) => grant.privileges.map(canonical)),
    );
    const lacking = [...privileges].filter((privilege) => !held.has(privilege));
    if (lacking.length === 0) return [];
    const list = lacking.join(', ');
    return [
      {
        path: `grants on ${on}`,
        message: `The capture user ${user} lacks ${list}.`,
        remedy: `Run: GRANT ${list} ON ${level(on)} TO ${user};`,
      },
    ];
  });
}

function excessive({ grants, wanted, user }: Comparison): Problem[] {
  return grants.flatMap((grant): Problem[] => {
    if (grant.isRole) {
      return [tooMuch(`role ${grant.on}`, user, `REVOKE ${grant.on} FROM ${user};`)];
    }
    const allowed = wanted.get(grant.on);
    const extra = grant.privileges.filter((privilege) => !allowed?.has(canonical(privilege)));
    const problems =
      extra.length === 0
        ? []
        : [
            tooMuch(
              `${extra.join(', ')} on ${grant.on}`,
              user,
              `REVOKE ${extra.join(', ')} ON ${level(grant.on)} FROM ${user};`,
            ),
          ];
    if (grant.grantOption) {
      problems.push(
        tooMuch(
          `GRANT OPTION on ${grant.on}`,
          user,
          `REVOKE GRANT OPTION ON ${level(grant.on)} FROM ${user};`,
        ),
      );
    }
    return problems;
  });
}

function tooMuch(what: string, user: string, statement: string): Problem {
  return {
    path: 'grants',
    message: `The capture user ${user} has more than capture needs: ${what}.`,
    remedy: `Run: ${statement}`,
  };
}

function level(on: string): string {
  return on
    .split('.')
    .map((part) => (part === '*' ? part : `\`${part}\``))
    .join('.');
}

/** REPLICATION SLAVE cannot be limited to one database; whoever shares a server shares that. */
export function replicationNote({ connection, capture }: Source): Problem {
  return {
    file: connection.database,
    path: 'grants on *.*',
    message: `REPLICATION SLAVE is global: with the password of ${capture.user} the binary log of every database on this server can be read.`,
    remedy: 'Departments that must not see each other’s data need servers of their own.',
  };
}
