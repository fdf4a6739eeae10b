import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProblemsError } from '../../bus/base/errors.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { problemsOf, SOURCE_YAML } from './fixtures.ts';

type Case = readonly [from: string, to: string, path: string, words: string, reason: string];

const CASES: readonly Case[] = [
  [
    'engine: mariadb',
    'engine: oracle',
    'engine',
    'Expected "mariadb"',
    'an engine without capture',
  ],
  ['name: register\norg', 'name: Register\norg', 'name', 'lower-case', 'names become topic names'],
  ['organization: police', 'organisation: police', 'organisation', 'not a key', 'a misspelt key'],
  ['organization: police\n', '', 'organization', 'is missing', 'a required key left out'],
  ['  server: providers\n', '', 'connection', 'named server', 'no server at all'],
  [
    '  server: providers',
    '  server: providers\n  host: h',
    'connection',
    'not both',
    'two servers',
  ],
  ['passwordFile: cdc', 'passwordFile: ../cdc', 'capture.passwordFile', 'plain file', 'a way out'],
  ['[id_number]', '[number]', 'tables[0].key[0]', 'not among', 'a key that is no column'],
  ['[id_number]', '[photo]', 'tables[0].key[0]', 'must be captured', 'a key left inside'],
  ['[id_number]', '[id_number, id_number]', 'tables[0].key[1]', 'twice', 'a key column doubled'],
  ['[id_number]', '[]', 'tables[0].key', '>=1', 'an empty key'],
  ['type: date', 'type: dat', 'tables[0].columns[2].type', 'no type dat', 'a misspelt type'],
  [
    'type: date',
    'type: point',
    'tables[0].columns[2].type',
    'no type point',
    'a type nobody carries',
  ],
  ['varchar(100)', 'varchar', 'tables[0].columns[1].type', 'a length', 'a missing length'],
  [
    'name: name',
    'name: ID_NUMBER',
    'tables[0].columns[1].name',
    'twice',
    'case does not tell apart',
  ],
  ['name: name', 'name: __proto__', 'tables[0].columns[1].name', 'ASCII', 'a poisonous name'],
  ['name: name', 'name: 姓名', 'tables[0].columns[1].name', 'ASCII', 'Avro would change it'],
  [
    ', captured: false',
    '',
    'tables[0].columns[3].captured',
    'sensitive',
    'a sensitive column in doubt',
  ],
  [
    'date, classification: personal',
    'date, classification: secret',
    'tables[0].columns[2].classification',
    '"public" or',
    'no such class',
  ],
  ['tls: disable', 'tls: perhaps', 'connection.tls', '"disable" or', 'no such protection'],
  [
    'kind: Source',
    'kind: Source\ntopics: { partitions: 0 }',
    'topics.partitions',
    '>=1',
    'no partitions',
  ],
  ['kind: Source', 'kind: Source\nkind: Source', '', 'unique', 'a key given twice'],
];

describe('a source file', () => {
  test('is accepted as the fixture has it', () => {
    expect(problemsOf(SOURCE_YAML)).toEqual([]);
  });

  test.each(CASES)('with %j as %j is refused at %j, saying %j (%s)', (from, to, path, words) => {
    const changed = SOURCE_YAML.replace(from, to);
    expect(changed).not.toBe(SOURCE_YAML);
    const problems = problemsOf(changed);
    const found = problems.find((problem) => (problem.path ?? '') === path);
    expect(found?.message).toContain(words);
    expect(found?.message).toMatch(/[.]$/);
  });

  test('names the line of each problem', () => {
    const problems = problemsOf(SOURCE_YAML.replace('[id_number]', '[number]'));
    expect(problems[0]?.file).toBe('source.yaml:16');
  });
});

describe('loadSources', () => {
  test('reports every problem of every file at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sources-'));
    const files = [join(folder, 'a.yaml'), join(folder, 'b.yaml')] as const;
    await writeFile(files[0], SOURCE_YAML.replace('type: date', 'type: dat'));
    await writeFile(files[1], SOURCE_YAML.replace('engine: mariadb', 'engine: x\nextra: 1'));
    const error = await loadSources(files).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ProblemsError);
    expect(new Set((error as ProblemsError).problems.map((problem) => problem.path))).toEqual(
      new Set(['engine', 'extra', 'tables[0].columns[2].type']),
    );
  });

  test.each([
    [
      'name: other\norganization',
      'serverId: 7\ntables',
      'capture.serverId',
      'one id for two readers',
    ],
    ['name: register\norganization', 'serverId: 8\ntables', 'name', 'one name for two sources'],
  ])('refuses two files that clash in %s', async (name, serverId, path) => {
    const folder = await mkdtemp(join(tmpdir(), 'sources-'));
    const files = [join(folder, 'a.yaml'), join(folder, 'b.yaml')] as const;
    const withId = (content: string, id: string) =>
      content.replace('password\ntables', `password\n  ${id}`);
    await writeFile(files[0], withId(SOURCE_YAML, 'serverId: 7\ntables'));
    await writeFile(
      files[1],
      withId(SOURCE_YAML.replace('name: register\norganization', name), serverId),
    );
    const error = await loadSources(files).catch((caught: unknown) => caught);
    expect((error as ProblemsError).problems.map((problem) => problem.path)).toEqual([path]);
  });

  test('accepts the sources of this project', async () => {
    const loaded = await loadSources(await findSourceFiles('connectors'));
    expect(loaded.map(({ source }) => source.name)).toEqual(
      DEPARTMENTS.map(({ name }) => name).toSorted(),
    );
  });

  test('says where it looked when there is no source', async () => {
    await expect(findSourceFiles('schemas')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});
