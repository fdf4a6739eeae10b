/**
 * The declarations against the oracles: rows of the departments' real databases go through the
 * real engine into a real hub, and what readers then see is compared with what must be there.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../bus/base/random.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import { loadView, VIEWS_FOLDER } from '../../../consumers/view-files.ts';
import { createCity } from '../../../producers/city.ts';
import type { Department } from '../../../producers/department.ts';
import { DEPARTMENTS } from '../../../producers/departments.ts';
import { compareLegalEntities, compareProperty } from '../../../producers/entity-compare.ts';
import { readEntityTables, type EntityTables } from '../../../producers/entity-tables.ts';
import { expectedLegalEntityConflicts } from '../../../producers/legal-entity-oracle.ts';
import { organisationsIn } from '../../../producers/organisation.ts';
import { isPlanted } from '../../../producers/registering-body.ts';
import type { TextRow } from '../../../producers/source-tables.ts';
import type { ViewComparison } from '../../../producers/view-comparison.ts';
import { testStack } from '../../support/env.ts';
import { engineRig, type Rig } from '../../support/view/engine-rig.ts';
import { tableFeed } from '../../support/view/table-feed.ts';
import { cityHere } from '../support.ts';

const DAYS = 2;
const STEPS_PER_DAY = 40;
const stack = await testStack('eview');
const city = createCity({ seed: 35, size: 1_200 });

async function rigOf(name: string): Promise<Rig> {
  const declared = await loadView(join(VIEWS_FOLDER, name, 'view.yaml'));
  return engineRig(stack, name.replaceAll('-', '_'), (database) => ({ ...declared, database }));
}

const legalEntity = await rigOf('legal-entity');
const property = await rigOf('property');

const departmentsOf = ({ view }: Rig): Department[] => {
  const authorities = new Set(view.blocks.map(({ from }) => from.source));
  return DEPARTMENTS.filter(({ name }) => authorities.has(name));
};

/** The initial load and then some days of every department, compared after each. */
async function live(rig: Rig, compare: (tables: EntityTables, day: number) => Promise<void>) {
  const departments = departmentsOf(rig);
  const suffix = rig.view.name.slice(0, 1);
  const { databases } = await cityHere(stack, { city, suffix, only: departments });
  const feed = await tableFeed(rig, databases);
  for (let day = 0; day <= DAYS; day++) {
    if (day > 0) await work(departments, databases, day);
    await feed.catchUp(day);
    await compare(await readEntityTables(databases), day);
  }
}

async function work(
  departments: readonly Department[],
  databases: Readonly<Record<string, SqlDatabase>>,
  seed: number,
): Promise<void> {
  for (const department of departments) {
    const db = databases[department.name]!;
    const workload = await department.workload({ db, city, random: seededRandom(seed) });
    for (let i = 0; i < STEPS_PER_DAY; i++) await workload.step();
    await workload.end();
  }
}

/** What differs, part by part; nothing when view and oracle agree. */
function differing({ parts }: ViewComparison) {
  return Object.entries(parts).flatMap(([part, { differences }]) =>
    differences.map((difference) => ({ part, ...difference })),
  );
}

/** Conflicts that the initial load plants about facts that are never left blank, told without the oracle. */
function plantedConflicts(tables: EntityTables): number {
  const codes = (rows: readonly TextRow[]) => rows.map((row) => row['organisation_code']);
  const known = new Set(codes(tables.organisation));
  const { enterprise, social_organisation, public_institution } = tables;
  const reporting = new Set(codes([...enterprise, ...social_organisation, ...public_institution]));
  return organisationsIn(city, { firstSerial: 0, endSerial: city.size })
    .filter(({ code }) => known.has(code) && reporting.has(code))
    .flatMap((of) => [isPlanted(of, 'name'), isPlanted(of, 'registration_number')])
    .filter(Boolean).length;
}

describe('the legal-entity view, its sources and its oracle', () => {
  test('agree after the initial load and after days of every department', async () => {
    const sizes: number[] = [];
    await live(legalEntity, async (tables, day) => {
      const compared = await compareLegalEntities(legalEntity.root, tables);
      expect(differing(compared)).toEqual([]);
      const { legal_entity: active } = compared.parts;
      sizes.push(active!.expectedRows);
      expect(active!.expectedRows).toBeLessThan(tables.organisation.length);
      if (day > 0) return;
      const open = [...expectedLegalEntityConflicts(tables).values()];
      const facts = open.filter(({ item }) => /^(name|registration)/.test(item));
      expect(facts.length).toBe(plantedConflicts(tables));
      expect(facts.length).toBeGreaterThan(2);
    });
    expect(new Set(sizes).size).toBeGreaterThan(1);
    const [row] = await legalEntity.root.query<{ resolved: number; kept: number }>(
      `SELECT (SELECT COUNT(*) FROM civicbus_conflict WHERE resolved_ms IS NOT NULL) AS resolved,
        (SELECT COUNT(*) FROM legal_entity__rows WHERE register__there = 1
          AND register__status = 'merged' AND register__successor_code IS NOT NULL) AS kept`,
    );
    expect(row!.resolved).toBeGreaterThan(0);
    expect(row!.kept).toBeGreaterThan(0);
  });
});

describe('the property view, its sources and its oracle', () => {
  test('agree after the initial load and after days of every department', async () => {
    await live(property, async (tables) => {
      const compared = await compareProperty(property.root, tables);
      expect(differing(compared)).toEqual([]);
      for (const [part, { expectedRows }] of Object.entries(compared.parts)) {
        expect(expectedRows, part).toBeGreaterThan(10);
      }
    });
  });
});
