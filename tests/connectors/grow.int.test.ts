import { beforeAll, describe, expect, test } from 'vitest';
import { applySources } from '../../connectors/apply.ts';
import { loadSources } from '../../connectors/load-source.ts';
import { recaptureSource } from '../../connectors/recapture.ts';
import { testStack } from '../support/env.ts';
import { type RealSource, realSource, untilCaptured } from './real-source.ts';

const stack = await testStack('grow');
let source: RealSource;

const OLD = `  - name: old_permit
    owner: register-office
    key: [id]
    columns:
      - { name: id, type: int, classification: internal }
`;
const NEW = OLD.replace('old_permit', 'new_permit');
const NOTE = '      - { name: note, type: varchar(20), classification: internal }\n';

beforeAll(async () => {
  source = await realSource(stack);
  await source.sql.execute('CREATE TABLE old_permit (id INT PRIMARY KEY)');
  await source.sql.execute('INSERT INTO old_permit VALUES (1), (2)');
  await source.sql.execute("INSERT INTO person (id_number) VALUES ('1')");
  await applySources([await source.file()], source.context, source);
  await untilRows('person', 1n);
});

describe('a source that grows', () => {
  test('captures a table that was created after it, without a new copy of the others', async () => {
    await source.sql.execute('CREATE TABLE new_permit (id INT PRIMARY KEY)');
    await source.forUser(`GRANT SELECT ON ${source.database}.new_permit TO {user}`);
    await applySources([await source.file((yaml) => yaml + NEW)], source.context, source);
    await source.sql.execute('INSERT INTO new_permit VALUES (7)');
    expect(await untilRows('new_permit', 1n)).toBeGreaterThan(0n);
    expect(await rowsOf('person')).toBeLessThan(3n);
  });

  test('captures a column as soon as it is declared, and not before', async () => {
    await source.sql.execute('ALTER TABLE new_permit ADD note VARCHAR(20) NULL');
    const withNote = (yaml: string) => `${yaml}${NEW}${NOTE}`;
    const { plan } = await applySources([await source.file(withNote)], source.context, source);
    expect(plan.steps.flatMap(({ changes }) => changes.map(({ field }) => field))).toEqual([
      'column.include.list',
      'column.propagate.source.type',
    ]);
    const before = await rowsOf('new_permit');
    await source.sql.execute("INSERT INTO new_permit VALUES (8, 'x')");
    expect(await untilRows('new_permit', before + 1n)).toBeGreaterThan(before);
  });

  test('copies everything anew when told to, also a table that the history never saw', async () => {
    await source.forUser(`GRANT SELECT ON ${source.database}.old_permit TO {user}`);
    const file = await source.file((yaml) => `${yaml}${NEW}${NOTE}${OLD}`);
    await applySources([file], source.context, source);
    const before = await rowsOf('person');
    const [loaded] = await loadSources([file]);
    await recaptureSource(loaded!.source, source.ports);
    expect(await untilRows('old_permit', 2n)).toBeGreaterThan(1n);
    expect(await untilRows('person', before + 1n)).toBeGreaterThan(before);
  });
});

async function rowsOf(table: string): Promise<bigint> {
  const topic = `cdc.${source.name}.${source.database}.${table}`;
  const offsets = await source.ports.admin.offsets([topic]);
  return offsets.reduce((sum, { end }) => sum + end, 0n);
}

/** Transaction markers take offsets too: at least `count`. */
async function untilRows(table: string, count: bigint): Promise<bigint> {
  return untilCaptured(source, `${count} offsets of ${table}`, async () => {
    const found = await rowsOf(table);
    return found >= count ? found : undefined;
  });
}
