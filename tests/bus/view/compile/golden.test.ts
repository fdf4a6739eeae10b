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
          "id_number name former_name sex ethnicity birth_date birthplace_division status",
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
          "cdc.police.police.migration",
          "migration_number id_number move_type move_date from_division to_division",
        ],
        [
          "cdc.residence-management.residence_management.residence_permit",
          "id_number permit_number permit_valid_until stay_reason residence_address",
        ],
        [
          "cdc.civil-affairs.civil_affairs.marriage",
          "registration_number spouse_a_id_number spouse_b_id_number event_type registered_on",
        ],
        [
          "cdc.health.public.birth_certificate",
          "id_number birth_certificate_number mother_id_number father_id_number",
        ],
        [
          "cdc.health.public.death_certificate",
          "id_number death_date death_certificate_number death_place",
        ],
        [
          "cdc.family-planning.family_planning.family_record",
          "id_number children_count birth_service_number full_name residence_address",
        ],
        [
          "cdc.education.education.education_record",
          "id_number highest_education school_name graduation_date student_status",
        ],
        [
          "cdc.human-resources-and-social-security.human_resources_and_social_security.employment_contract",
          "contract_number id_number employer_code employer_name occupation contract_start",
        ],
        [
          "cdc.human-resources-and-social-security.human_resources_and_social_security.unemployment_registration",
          "unemployment_number id_number registered_on",
        ],
        [
          "cdc.human-resources-and-social-security.human_resources_and_social_security.pension_account",
          "id_number pension_account pension_status pension_base",
        ],
        [
          "cdc.medical-insurance.medical_insurance.insured_person",
          "id_number medical_account medical_status medical_type contact_phone",
        ],
        [
          "cdc.human-resources-and-social-security.human_resources_and_social_security.injury_maternity_insurance",
          "id_number injury_status maternity_status",
        ],
        [
          "cdc.human-resources-and-social-security.human_resources_and_social_security.social_security_card",
          "id_number card_number card_status photo_reference holder_name",
        ],
        [
          "cdc.housing-fund.housing_fund.fund_member",
          "id_number fund_account fund_base fund_status",
        ],
        [
          "cdc.tax.tax.income_tax",
          "id_number tax_year tax_file_number taxed_income",
        ],
        [
          "cdc.police.police.vehicle",
          "vehicle_number id_number plate_number vehicle_type first_registered_on vehicle_status",
        ],
        [
          "cdc.police.police.driving_licence",
          "id_number licence_number licence_class licence_valid_until",
        ],
        [
          "cdc.housing-and-land.housing_and_land.title",
          "title_number id_number unit_number ownership_share acquired_on",
        ],
        [
          "cdc.commerce.commerce.business_interest",
          "entity_code id_number interest_role share_ratio",
        ],
        [
          "cdc.civil-affairs.civil_affairs.relief_case",
          "case_number id_number relief_type relief_status approved_on monthly_amount",
        ],
        [
          "cdc.disabled-federation.disabled_federation.disability_card",
          "id_number disability_card_number disability_type disability_level disability_valid_until",
        ],
        [
          "cdc.credit-office.credit_office.credit_record",
          "record_number id_number record_type record_source recorded_on expires_on volunteer_hours blood_donations",
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
