import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { literal } from '../../../../bus/sql/mysql/mysql-literal.ts';
import { compileView } from '../../../../bus/view/compile/compile.ts';
import { viewDdl } from '../../../../bus/view/compile/ddl.ts';
import { upsertStatements } from '../../../../bus/view/compile/upsert.ts';
import { loadView, VIEWS_FOLDER } from '../../../../consumers/view-files.ts';

const view = await loadView(join(VIEWS_FOLDER, 'population/view.yaml'));
const plans = compileView(view);
const golden = (name: string): string => join(import.meta.dirname, '../golden', name);

describe('the SQL of the population view', () => {
  test('tables and the view that readers see', async () => {
    const ddl = viewDdl(view).map(({ sql }) => `${sql};\n`);
    await expect(ddl.join('\n')).toMatchFileSnapshot(golden('population-ddl.sql'));
  });

  test.each(plans.map((plan) => [plan.unit, plan] as const))('writing %s', async (unit, plan) => {
    const key = plan.key.map(({ name }) => `<${name}>`);
    const values = plan.columns.map(({ name }) => `<${name}>`);
    const [present, absent] = [values, null].map((of, index) =>
      upsertStatements(
        plan.upsert,
        [{ key, values: of, atMs: 1_700_000_000_000, version: BigInt(index + 1) }],
        { rowsMax: 10, charsMax: 10_000 },
      ).join(';\n'),
    );
    const parts = [`-- a row\n${present};`, `-- a row that is gone\n${absent};`];
    if (plan.derived) {
      const { recompute, upsert, items } = plan.derived;
      const blocks = upsertStatements(
        upsert,
        [{ key: ['<entity>'], values: items.map(({ name }) => `<${name}>`), atMs: 1, version: 1n }],
        { rowsMax: 10, charsMax: 10_000 },
      );
      parts.push(
        `-- entities concerned until now\n${recompute.touchedBy([key, key])};`,
        `-- lock them, making those that are absent\n${recompute.lockEntities(['<a>', '<b>'])};`,
        `-- their blocks now\n${recompute.blocksOf(['<a>', '<b>'])};`,
        `-- write the blocks\n${blocks.join(';\n')};`,
      );
    }
    const name = unit.replace('/', '-');
    await expect(`${parts.join('\n\n')}\n`).toMatchFileSnapshot(golden(`${name}.sql`));
  });

  test('reads exactly the declared columns, and each topic once', () => {
    expect(
      plans.map(({ topic, key, columns }) => [
        topic,
        [...key, ...columns].map(({ name }) => name).join(' '),
      ]),
    ).toMatchInlineSnapshot(`
      [
        [
          "cdc.police.police.person",
          "id_number name former_name sex ethnicity birth_date birthplace_division",
        ],
        [
          "cdc.police.police.household_registration",
          "id_number household_number relation_to_head registration_type registered_division registered_address registration_status",
        ],
        [
          "cdc.police.police.residence",
          "id_number residence_division residence_address phone",
        ],
        [
          "cdc.civil-affairs.civil_affairs.marriage",
          "registration_number spouse_a_id_number spouse_b_id_number event_type registered_on",
        ],
        [
          "cdc.civil-affairs.civil_affairs.relief_case",
          "case_number id_number relief_type relief_status approved_on monthly_amount",
        ],
      ]
    `);
  });
});

test('a value cannot leave its place in compiled SQL', () => {
  const [identity] = plans;
  const evil = "'), ('x', \"y\") -- \\' \u0000 ? ?? `";
  const [sql = ''] = upsertStatements(
    identity!.upsert,
    [
      {
        key: [evil],
        values: identity!.columns.map(() => evil),
        atMs: null,
        version: 1n,
      },
    ],
    { rowsMax: 1, charsMax: 10 },
  );
  const without = sql.replaceAll(literal(evil), '…');
  expect(without).not.toContain('--');
  expect(without).not.toContain('\u0000');
  expect(without.split('…')).toHaveLength(identity!.columns.length + 2);
});
