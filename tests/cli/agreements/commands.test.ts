/** init, validate and diff: offline, with streams and exit codes. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadAgreementsFolder } from '../../../bus/agreement/document/folder.ts';
import type { AgreementItem } from '../../../cli/agreements/item.ts';
import { AGREEMENTS_FOLDER, loadWorld } from '../../../cli/agreements/world.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { answerOf, civicbus } from '../run-command.ts';

const scratch = scratchFolder();
let files = 0;
const SALES = join(AGREEMENTS_FOLDER, 'housing-sales-to-local-tax', 'agreement.yaml');

/** A copy of an agreement that comes with civicbus, with some of its text replaced. */
async function changed(...changes: readonly (readonly [string, string])[]): Promise<string> {
  let content = await readFile(SALES, 'utf8');
  for (const [from, to] of changes) {
    expect(content).toContain(from);
    content = content.replace(from, to);
  }
  const file = join(scratch, String(++files), 'agreement.yaml');
  await mkdir(dirname(file));
  await writeFile(file, content);
  return file;
}

describe('validate', () => {
  test('lists the agreements that come with civicbus, with nothing to say about them', async () => {
    const ran = await civicbus(['validate', '-f', 'agreements/']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stdout).toContain('housing-sales-to-local-tax');
    const json = answerOf<AgreementItem>(await civicbus(['validate', '-f', SALES, '-o', 'json']));
    expect(json).toMatchObject({ kind: 'AgreementList', warnings: [] });
    expect(json.items).toMatchObject([{ version: '1.0.0', provider: 'BJ-ZJW', findings: [] }]);
  });

  test('also checks sources and views beside them', async () => {
    const ran = await civicbus(['validate', '-f', 'agreements/', '-f', 'consumers/property']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stderr).toContain('1 other declarations');
  });

  test('tells everything wrong at once, with line, place and rule, and ends with 6', async () => {
    const file = await changed(
      ['{ name: contract_area }', '{ name: contract_price }'],
      ["row.contract_status in ['signed', 'cancelled']", 'row.colour == 1'],
      ['table: house_sale', 'table: HouseSale'],
    );
    const { exit, stderr, stdout } = await civicbus(['validate', '-f', file]);
    expect({ exit, stdout }).toEqual({ exit: 6, stdout: '' });
    expect(stderr).toMatch(/agreement\.yaml:41: scope\.fields\[7\]\.name: AGR014: .*sensitive/);
    expect(stderr).toMatch(/agreement\.yaml:42: scope\.rows: AGR020: .*colour/);
    expect(stderr).toMatch(/agreement\.yaml:47: delivery\.table: AGR064: /);
  });

  test('shows warnings and ends with 0', async () => {
    const file = await changed([
      '  - { property: latency, value: 60, unit: s, driver: regulatory }\n',
      '',
    ]);
    const ran = await civicbus(['validate', '-f', file, '-o', 'json']);
    expect(ran.exit).toBe(0);
    expect(answerOf<AgreementItem>(ran).items[0]?.findings).toMatchObject([
      { rule: 'AGR082', severity: 'warning', path: 'slaProperties' },
    ]);
    expect(answerOf(ran).warnings).toHaveLength(1);
  });

  const forms: readonly [readonly [string, string], string, string][] = [
    [["version: '1.0.0'", 'version: 1.0.0'], 'must stand in quotes', 'an unquoted version'],
    [['theme: property-tax', 'theme: &t property-tax'], 'Anchors', 'an anchor'],
    [['theme: property-tax', 'theme: property-tax\ntheme: x'], 'unique', 'a key twice'],
    [['theme: property-tax', 'themes: property-tax'], 'not a key that is known', 'an unknown key'],
    [['notBefore: 2026-01-01T00:00:00+08:00', 'notBefore: 2026-01-01'], 'zone', 'no time zone'],
  ];
  test.each(forms)('refuses %j: %s (%s)', async (change, why) => {
    const { exit, stderr } = await civicbus(['validate', '-f', await changed(change)]);
    expect(exit).toBe(6);
    expect(stderr).toContain(why);
  });

  test('finds one version in two files, and one name for two agreements', async () => {
    const twice = await changed(['name: housing-sales-to-local-tax', 'name: other']);
    const named = await changed(['id: 798e7408', 'id: 00000000']);
    const { exit, stderr } = await civicbus(['validate', '-f', SALES, '-f', twice, '-f', named]);
    expect(exit).toBe(6);
    expect(stderr.match(/AGR009/g)).toHaveLength(2);
  });

  test('reads organizations, catalogue and calendars of the folder that the file stands in', async () => {
    const folder = join(scratch, 'own');
    await cp(AGREEMENTS_FOLDER, folder, { recursive: true });
    const organizations = join(folder, 'organizations.yaml');
    const content = await readFile(organizations, 'utf8');
    await writeFile(organizations, content.replaceAll('BJ-DSJ', 'BJ-XYZ'));
    const { exit, stderr } = await civicbus(['validate', '-f', folder]);
    expect(exit).toBe(6);
    expect(stderr).toContain('AGR004: No organization "BJ-DSJ" is known.');
  });

  test('an empty folder is told with what is looked for', async () => {
    const folder = join(scratch, 'empty');
    await mkdir(folder);
    expect(await civicbus(['validate', '-f', folder])).toMatchObject({ exit: 2, stdout: '' });
  });
});

describe('init agreement', () => {
  const world = loadWorld();

  test('writes a file that validates, for every shared resource', async () => {
    const shared = (await world).resources.filter(
      ({ sharingType }) => sharingType !== 'not-shared',
    );
    expect(shared.length).toBeGreaterThan(3);
    for (const { id } of shared) {
      const file = join(scratch, 'new', id, 'agreement.yaml');
      const args = ['init', 'agreement', 'sales-to-tax', '--resource', id, '--to', file];
      expect(await civicbus(args)).toMatchObject({ exit: 0 });
      const checked = await civicbus(['validate', '-f', file]);
      expect({ id, exit: checked.exit, stderr: checked.stderr }).toMatchObject({ id, exit: 0 });
    }
  });

  test('gives every agreement its own id', async () => {
    const one = await readFile(join(scratch, 'new/population/person/agreement.yaml'), 'utf8');
    const two = await readFile(join(scratch, 'new/property/unit/agreement.yaml'), 'utf8');
    const idOf = (content: string) => /^id: (.*)$/m.exec(content)?.[1];
    expect(idOf(one)).not.toBe(idOf(two));
  });

  test('overwrites nothing', async () => {
    const file = await changed();
    const before = await readFile(file, 'utf8');
    const ran = await civicbus(['init', 'agreement', 'x', '--to', file]);
    expect(ran.exit).toBe(6);
    expect(ran.stderr).toContain('[AGREEMENT_FILE_EXISTS]');
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test.each([
    [['Sales To Tax'], 2, 'a name that is none'],
    [['x', '--resource', 'property/lease'], 5, 'a resource that is not shared'],
    [['x', '--subscriber', 'NOBODY'], 5, 'an unknown subscriber'],
  ])('refuses %j with %d: %s', async (args, exit) => {
    const to = ['--to', join(scratch, 'refused', 'agreement.yaml')];
    expect(await civicbus(['init', 'agreement', ...args, ...to])).toMatchObject({ exit });
  });
});

describe('diff agreement', () => {
  test('says nothing where only spelling differs', async () => {
    const file = await changed(['theme: property-tax', "theme: 'property-tax' # the same"]);
    const ran = await civicbus(['diff', 'agreement', SALES, file, '--exit-code']);
    expect(ran).toMatchObject({ exit: 0, stdout: 'No difference: both have the same content.\n' });
  });

  test('names each field that differs, with both values, and ends with 3 if asked to', async () => {
    const file = await changed(
      ['keyScope: theme', 'keyScope: pair'],
      ['    - { name: signed_on }\n', ''],
      ['value: 60', 'value: 30'],
    );
    const ran = await civicbus(['diff', 'agreement', SALES, file, '--exit-code', '-o', 'json']);
    expect(ran.exit).toBe(3);
    expect(answerOf(ran).items).toEqual([
      {
        path: 'scope.fields[buyer_id_number].mask.keyScope',
        before: '"theme"',
        after: '"pair"',
      },
      { path: 'scope.fields[signed_on]', before: '{"name":"signed_on","required":false}' },
      { path: 'slaProperties[latency].value', before: '60', after: '30' },
    ]);
    expect((await civicbus(['diff', 'agreement', SALES, file])).exit).toBe(0);
  });

  test('says that a further version without backfill empties the copy', async () => {
    const next: [string, string] = [
      'theme: property-tax',
      `theme: property-tax\nsupersedes: { version: '1.0.0', contentHash: '$1$${'A'.repeat(43)}' }`,
    ];
    const version: [string, string] = ["version: '1.0.0'", "version: '1.1.0'"];
    const kept = await changed(next, version);
    expect(
      answerOf(await civicbus(['diff', 'agreement', SALES, kept, '-o', 'json'])).warnings,
    ).toEqual([]);
    const emptied = await changed(next, version, ['backfill: snapshot', 'backfill: none']);
    const { warnings } = answerOf(
      await civicbus(['diff', 'agreement', SALES, emptied, '-o', 'json']),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/copy is emptied when 1\.1\.0 comes into force/),
    ]);
    const validated = await civicbus(['validate', '-f', emptied]);
    expect(validated.stdout + validated.stderr).toContain('AGR074');
  });

  test('tells another order of fields, which is other content', async () => {
    const file = await changed(
      ['    - { name: signed_on }\n', ''],
      [
        '    - { name: contract_area }\n',
        '    - { name: contract_area }\n    - { name: signed_on }\n',
      ],
    );
    const ran = await civicbus(['diff', 'agreement', SALES, file, '-o', 'json']);
    expect(answerOf<{ path: string }>(ran).items.map(({ path }) => path)).toEqual([
      'scope.fields (order)',
    ]);
  });
});

test('faults in several files of the folder are told together', async () => {
  const folder = join(scratch, 'broken');
  await cp(AGREEMENTS_FOLDER, folder, { recursive: true });
  await writeFile(join(folder, 'organizations.yaml'), 'kind: Organizations\n');
  await writeFile(join(folder, 'catalogue.yaml'), 'kind: Catalogue\n');
  const error = await loadAgreementsFolder(folder).catch((thrown: unknown) => thrown);
  const { problems } = error as { problems: readonly { file: string }[] };
  expect(new Set(problems.map(({ file }) => file.replace(/:\d+$/, '')))).toEqual(
    new Set([join(folder, 'organizations.yaml'), join(folder, 'catalogue.yaml')]),
  );
});

describe('describe agreement', () => {
  test.each([
    ['population-to-housing-security', 'by name'],
    ['80deea9a-a8b9-4677-9df7-9eaee9093d38', 'by id'],
    ['agreements/population-to-housing-security/agreement.yaml', 'by file'],
  ])('%s (%s) shows what leaves and how', async (name) => {
    const { exit, stdout } = await civicbus(['describe', 'agreement', name]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/id_number +varchar\(18\) +personal +hmac-sha256 keyScope=theme/);
    expect(stdout).toMatch(/sex .*in clear/);
    expect(stdout).toContain('Housing Security (BJ-ZFB)');
  });

  test('names those that are known when there is none of the name', async () => {
    const { exit, stderr } = await civicbus(['describe', 'agreement', 'ghost']);
    expect(exit).toBe(5);
    expect(stderr).toContain('housing-sales-to-local-tax');
  });

  test('shows the newest of several versions', async () => {
    const next = await changed(
      ["version: '1.0.0'", "version: '1.10.0'"],
      ['name: housing-sales-to-local-tax', 'name: versions'],
    );
    const former = await changed(
      ["version: '1.0.0'", "version: '1.9.0'"],
      ['name: housing-sales-to-local-tax', 'name: versions'],
    );
    const args = ['describe', 'agreement', 'versions', '-f', next, '-f', former, '-o', 'json'];
    expect(answerOf(await civicbus(args)).items).toMatchObject([{ version: '1.10.0' }]);
  });
});
