/** Organizations, catalogue and calendars: what is refused, all at once, with lines. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCalendar } from '../../../../bus/agreement/document/calendar-file.ts';
import { loadCatalogue } from '../../../../bus/agreement/document/catalogue-file.ts';
import { parseAgreement, parseContent } from '../../../../bus/agreement/document/load-agreement.ts';
import { loadOrganizations } from '../../../../bus/agreement/document/organizations-file.ts';
import { contentOf } from '../../../../bus/agreement/document/agreement-schema.ts';
import { canonicalJson } from '../../../../bus/agreement/canonical/canonical.ts';
import { problemLine, ProblemsError } from '../../../../bus/base/errors.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { readFile } from 'node:fs/promises';

const scratch = scratchFolder();
let files = 0;

/** "3: what is wrong" for each problem of `content`, read by `load`. */
async function problemsOf(
  load: (file: string) => Promise<unknown>,
  content: string,
): Promise<string[]> {
  const file = join(scratch, `${++files}.yaml`);
  await writeFile(file, content);
  const error = await load(file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProblemsError);
  return (error as ProblemsError).problems.map((one) => problemLine(one).slice(file.length + 1));
}

const ORG = `apiVersion: civicbus/v1
kind: Organizations
organizations:
  - orgId: BJ-A
    name: { en: A, zh-Hans: 甲 }
    memberType: department
    authority: true
    keys: [{ kid: BJ-A-1 }]
`;

describe('organizations', () => {
  test('keep declared public keys, and names of those that the stack makes', async () => {
    const file = join(scratch, 'orgs.yaml');
    const x = 'A'.repeat(43);
    await writeFile(
      file,
      ORG.replace(
        '[{ kid: BJ-A-1 }]',
        `[{ kid: BJ-A-1 }, { kid: BJ-A-2, jwk: { kty: OKP, crv: Ed25519, x: ${x} } }]`,
      ),
    );
    expect(await loadOrganizations(file)).toEqual([
      {
        orgId: 'BJ-A',
        name: { en: 'A', 'zh-Hans': '甲' },
        memberType: 'department',
        isAuthority: true,
        signers: ['BJ-A-1', 'BJ-A-2'],
        keys: [{ orgId: 'BJ-A', kid: 'BJ-A-2', jwk: { kty: 'OKP', crv: 'Ed25519', x } }],
      },
    ]);
  });

  test('twice, a key twice and no authority are told together', async () => {
    const again = ORG.slice(ORG.indexOf('  - orgId'));
    const content = (ORG + again).replaceAll('authority: true', 'authority: false');
    const problems = await problemsOf(loadOrganizations, content);
    expect(problems).toEqual([
      '9: organizations[1].orgId: "BJ-A" is declared twice.',
      '13: organizations[1].keys[0].kid: Two keys are named "BJ-A-1".',
      expect.stringContaining('No organization is the authority'),
    ]);
  });

  test('never hold a private key', async () => {
    const jwk = `{ kty: OKP, crv: Ed25519, x: ${'A'.repeat(43)}, d: ${'B'.repeat(43)} }`;
    const content = ORG.replace('{ kid: BJ-A-1 }', `{ kid: BJ-A-1, jwk: ${jwk} }`);
    const problems = await problemsOf(loadOrganizations, content);
    expect(problems).toEqual([expect.stringContaining('"d" is not a key that is known here')]);
    expect(problems.join()).not.toContain('BBBB');
  });
});

describe('the catalogue', () => {
  const entry = (id: string, version: string) =>
    `  - { id: ${id}, description: x, provider: BJ-A, sharingType: conditional, contractVersion: ${version} }\n`;
  const head = 'apiVersion: civicbus/v1\nkind: Catalogue\nresources:\n';

  test('twice the same resource is refused', async () => {
    const content = head + entry('v/t', "'1.0.0'") + entry('v/t', "'1.0.0'");
    expect(await problemsOf(loadCatalogue, content)).toEqual([
      '5: resources[1].id: "v/t" is declared twice.',
    ]);
  });

  test('unquoted versions and ids of no form are refused', async () => {
    const problems = await problemsOf(
      loadCatalogue,
      head + entry('vt', '1.0.0') + entry('v/t', "'1'"),
    );
    expect(problems).toHaveLength(3);
  });
});

describe('a calendar', () => {
  const calendar = (rest: string) =>
    `apiVersion: civicbus/v1\nkind: Calendar\nname: c\ntimeZone: Asia/Shanghai\ncovers: { from: '2026-01-01', to: '2026-12-31' }\n${rest}`;

  test.each([
    ["holidays: [{ from: '2026-10-07', to: '2026-10-01' }]", 'the end before the beginning'],
    ["holidays: [{ from: '2026-01-01', to: '2026-12-31' }]", 'a holiday of a year'],
    ["holidays: [{ from: '2027-01-01', to: '2027-01-03' }]", 'a holiday outside what it covers'],
    ["workingDays: ['2027-01-03']", 'a working day outside what it covers'],
    [
      "holidays: [{ from: '2026-10-01', to: '2026-10-07' }]\nworkingDays: ['2026-10-03']",
      'a day both worked and off',
    ],
    ["holidays: [{ from: '2026-02-30', to: '2026-03-01' }]", 'a day that is not'],
  ])('%j is refused: %s', async (rest) => {
    expect((await problemsOf(loadCalendar, calendar(rest))).length).toBeGreaterThan(0);
  });

  test('of an unknown zone is refused', async () => {
    const content = calendar('').replace('Asia/Shanghai', 'Asia/Shangri-La');
    expect(await problemsOf(loadCalendar, content)).toEqual([
      expect.stringMatching(/^4: timeZone/),
    ]);
  });
});

describe('a mask', async () => {
  const file = 'agreements/population-to-housing-security/agreement.yaml';
  const content = await readFile(file, 'utf8');
  test.each([
    ['{ method: partial, keep: middle }', 'mask.keep: Expected "first" or "last" or "ends".'],
    ['{ method: generalise, to: decade }', "mask.to: Expected 'year' | 'month' | 'prefix'."],
    ['{ method: generalise, to: prefix }', 'mask.length: This is required (number)'],
    ['{ method: scramble }', "mask.method: Expected 'null' | 'partial'"],
    ["{ method: 'null', count: 3 }", 'mask.count: "count" is not a key'],
    ['{ method: truncate, length: 0 }', 'mask.length: '],
  ])('%s is told by place and by what is expected', (mask, told) => {
    const changed = content.replace('mask: { method: generalise, to: year }', `mask: ${mask}`);
    const { problems } = parseAgreement('a.yaml', changed);
    expect(problems.map(problemLine)).toEqual([
      expect.stringContaining(`a.yaml:40: scope.fields[3].${told}`),
    ]);
  });

  test('has its defaults written out, so that nobody else fills them in', () => {
    const changed = content.replace(
      '{ method: partial, keep: first, count: 1 }',
      '{ method: partial }',
    );
    const masks = (text: string) => parseAgreement('a.yaml', text).value?.scope.fields[1];
    expect(masks(changed)).toEqual(masks(content));
  });
});

describe('a stored agreement', () => {
  test('reads back as the content that was stored', async () => {
    const file = 'agreements/legal-entities-to-xicheng/agreement.yaml';
    const content = contentOf(parseAgreement(file, await readFile(file, 'utf8')).value!);
    const stored: unknown = JSON.parse(canonicalJson(content));
    expect(canonicalJson(parseContent('store', stored))).toBe(canonicalJson(content));
    const altered = { ...(stored as object), validity: {}, colour: 1 };
    expect(() => parseContent('store', altered)).toThrow(ProblemsError);
  });
});
