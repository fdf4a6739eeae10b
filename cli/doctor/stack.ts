/** Checks of a running stack's own parts: registry, clocks, and rights that nobody should have. */
import { text } from '../../bus/base/text.ts';
import type { AclRule } from '../../bus/kafka/kafka.ts';
import { grantName } from '../../bus/plan/plan.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { bad, type Check, type CheckContext, type Finding, note, ok } from './finding.ts';

const SERVERS = ['providers', 'hub', 'subscribers'] as const;
const CLOCK_MS_MAX = 1_000;

export const STACK_CHECKS: readonly Check[] = [
  { name: 'registry', run: checkRegistry },
  { name: 'clocks', run: checkClocks },
  { name: 'rights', run: checkRights },
];

/**
 * Without BACKWARD a department's change could make every later record unreadable. Only the rule
 * for all subjects can be asked: for a subject without one of its own the registry answers NONE.
 */
async function checkRegistry({ access }: CheckContext): Promise<Finding[]> {
  const registry = await access.registry();
  const [rule, subjects] = await Promise.all([registry.compatibility(), registry.subjects()]);
  if (isBackward(rule)) {
    return [ok('registry', text('cli.doctor.registry.ok', { rule, subjects: subjects.length }))];
  }
  const finding = text('cli.doctor.registry.bad', { rule: rule ?? 'NONE' });
  return [bad('registry', finding, text('cli.doctor.registry.remedy'))];
}

function isBackward(level: string | undefined): boolean {
  return level?.startsWith('BACKWARD') === true || level?.startsWith('FULL') === true;
}

/** Ages are differences between clocks of different machines. */
async function checkClocks({ access }: CheckContext): Promise<Finding[]> {
  return Promise.all(
    SERVERS.map(async (server) => {
      const differenceMs = await clockDifference(await access.root(server));
      const shown = { server, ms: Math.round(differenceMs) };
      return Math.abs(differenceMs) <= CLOCK_MS_MAX
        ? ok('clocks', text('cli.doctor.clocks.ok', shown))
        : bad('clocks', text('cli.doctor.clocks.bad', shown), text('cli.doctor.clocks.remedy'));
    }),
  );
}

/** The server's clock minus ours, taken at the middle of the question; the best of three. */
async function clockDifference(database: SqlDatabase): Promise<number> {
  const samples: { readonly tripMs: number; readonly differenceMs: number }[] = [];
  for (let i = 0; i < 3; i++) {
    const before = Date.now();
    const [row] = await database.query<{ now_s: string }>(
      'SELECT CAST(UNIX_TIMESTAMP(NOW(6)) AS CHAR) AS now_s',
    );
    const after = Date.now();
    const differenceMs = Number(row?.now_s) * 1_000 - (before + after) / 2;
    samples.push({ tripMs: after - before, differenceMs });
  }
  return samples.toSorted((a, b) => a.tripMs - b.tripMs)[0]?.differenceMs ?? Number.NaN;
}

/** Rights that open more than one unit's own things. */
async function checkRights({ access }: CheckContext): Promise<Finding[]> {
  const admin = await access.admin();
  const [acls, users] = await Promise.all([admin.listAcls(), admin.listUsers()]);
  const known = new Set(users.map((user) => `User:${user}`));
  const wide = acls.filter(isTooWide);
  const orphaned = acls.filter(({ principal }) => !known.has(principal) && principal !== 'User:*');
  return [
    ...(wide.length === 0
      ? [ok('rights', text('cli.doctor.rights.ok', { count: acls.length, users: users.length }))]
      : wide.map((rule) =>
          bad(
            'rights',
            text('cli.doctor.rights.wide', { right: grantName(rule) }),
            text('cli.doctor.rights.remedy'),
          ),
        )),
    ...orphaned.map((rule) =>
      note('rights', text('cli.doctor.rights.orphaned', { right: grantName(rule) })),
    ),
  ];
}

function isTooWide({ principal, name, match }: AclRule): boolean {
  return principal === 'User:*' || name === '*' || (match === 'prefixed' && name === '');
}
