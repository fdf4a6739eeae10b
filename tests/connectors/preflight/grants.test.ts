import { describe, expect, test } from 'vitest';
import { grantProblems, parseGrant } from '../../../connectors/preflight/grants.ts';
import { fixtureSource } from '../fixtures.ts';

const USER = '`cdc_register`@`127.0.0.1`';
const GOOD = [
  `GRANT RELOAD, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO ${USER} IDENTIFIED BY PASSWORD '*A'`,
  `GRANT SELECT ON \`register\`.\`person\` TO ${USER}`,
];
const SHOWN = "'cdc_register'@'127.0.0.1'";

describe('grantProblems', () => {
  test('finds nothing when the user has exactly what capture needs', () => {
    expect(grantProblems(fixtureSource(), GOOD)).toEqual([]);
  });

  test.each([
    [[GOOD[0]!], `GRANT SELECT ON \`register\`.\`person\` TO ${SHOWN};`, 'a table is closed'],
    [
      [`GRANT RELOAD ON *.* TO ${USER}`, GOOD[1]!],
      `GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO ${SHOWN};`,
      'the log is closed',
    ],
    [
      [...GOOD, `GRANT SELECT ON \`register\`.* TO ${USER}`],
      `REVOKE SELECT ON \`register\`.* FROM ${SHOWN};`,
      'the whole database',
    ],
    [
      [
        ...GOOD,
        `GRANT SELECT, INSERT (\`name\`, \`born_on\`) ON \`register\`.\`other\` TO ${USER}`,
      ],
      `REVOKE SELECT, INSERT (\`name\`, \`born_on\`) ON \`register\`.\`other\` FROM ${SHOWN};`,
      'a foreign table, and columns with commas',
    ],
    [
      [GOOD[0]!, `GRANT SELECT, UPDATE ON \`register\`.\`person\` TO ${USER}`],
      `REVOKE UPDATE ON \`register\`.\`person\` FROM ${SHOWN};`,
      'writing a captured table',
    ],
    [
      [GOOD[0]!, `GRANT SELECT ON \`register\`.\`person\` TO ${USER} WITH GRANT OPTION`],
      `REVOKE GRANT OPTION ON \`register\`.\`person\` FROM ${SHOWN};`,
      'passing rights on',
    ],
    [[...GOOD, `GRANT \`dba\` TO ${USER}`], `REVOKE \`dba\` FROM ${SHOWN};`, 'a role'],
  ])('names the statement for case %#: %s', (lines, statement) => {
    const problems = grantProblems(fixtureSource(), lines);
    expect(problems.map((problem) => problem.remedy)).toEqual([`Run: ${statement}`]);
  });

  test('refuses ALL PRIVILEGES although it includes everything needed', () => {
    const problems = grantProblems(fixtureSource(), [`GRANT ALL PRIVILEGES ON *.* TO ${USER}`]);
    expect(problems.at(-1)?.message).toContain('more than capture needs: ALL PRIVILEGES on *.*');
  });

  test('reads the older name of BINLOG MONITOR as the same right', () => {
    const older = GOOD.map((line) => line.replace('BINLOG MONITOR', 'REPLICATION CLIENT'));
    expect(grantProblems(fixtureSource(), older)).toEqual([]);
  });
});

test('a line that sets a default role grants nothing', () => {
  expect(parseGrant(`SET DEFAULT ROLE \`dba\` FOR ${USER}`)).toBeUndefined();
});
