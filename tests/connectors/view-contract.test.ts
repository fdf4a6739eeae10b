import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { viewContractProblems } from '../../connectors/view-contract.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';
import { oracleView } from '../support/view/oracle-view.ts';
import { fixtureSource } from './fixtures.ts';

describe('every declared view can read every declared source', async () => {
  const files = await findSourceFiles(join(VIEWS_FOLDER, '..', 'connectors'));
  const sources = (await loadSources(files)).map(({ source }) => source);
  const views = await findViewFiles(VIEWS_FOLDER);

  test.each(views)('%s', async (file) => {
    expect(viewContractProblems(await loadView(file), sources)).toEqual([]);
  });
});

describe('a view that contradicts its source', () => {
  const view = oracleView('x');
  const [identity] = view.blocks;
  const { source: name, database, table, topic } = identity!.from;

  const problemsFor = (columns: string, key = '[id_number]') => {
    const source = fixtureSource(
      (yaml) =>
        `${
          yaml
            .replace('name: register\n', `name: ${name}\n`)
            .replace('database: register', `database: ${database}`)
            .split('  - name: person')[0]
        }  - name: ${table}\n    owner: o\n    key: ${key}\n    columns:\n${columns}`,
    );
    return viewContractProblems(view, [source]).map(({ path, message }) => `${path}: ${message}`);
  };
  const line = (column: string, type: string) =>
    `      - { name: ${column}, type: ${JSON.stringify(type)}, classification: internal }\n`;
  const whole = line('id_number', 'varchar(18)') + line('name', 'varchar(60)');

  test('is told each column by itself', () => {
    expect(topic).toBe(`cdc.${name}.${database}.${table}`);
    const columns = line('id_number', 'varchar(18)') + line('name', 'varchar(61)');
    expect(problemsFor(columns)).toEqual([
      'blocks[0]: Column "name" is declared as varchar(60), which does not hold varchar(61) of the source.',
      'blocks[0]: The source captures no column "points".',
    ]);
  });

  test('is told another type and another key', () => {
    const columns = whole + line('points', 'date') + line('n', 'int');
    expect(problemsFor(columns, '[id_number, n]')).toEqual([
      'blocks[0]: The key is declared as (id_number) and is (id_number, n) at its source.',
      expect.stringMatching(
        /^blocks\[0\]: Column "points" is declared as .* and is date at its source\.$/,
      ),
    ]);
  });

  test('is not judged by sources that are not given', () => {
    expect(viewContractProblems(view, [])).toEqual([]);
  });
});
