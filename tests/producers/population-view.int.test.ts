/**
 * The declaration against the oracle: rows of the departments' real databases go through the real
 * engine into a real hub, and what readers then see is compared with what the oracle expects. Only
 * the way between is played by the test; capture and Kafka have tests of their own.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bus/base/random.ts';
import { loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';
import { createCity } from '../../producers/city.ts';
import { comparePopulation } from '../../producers/population-compare.ts';
import { expectedConflicts } from '../../producers/population-conflicts.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { isPlanted, type Overlap } from '../../producers/reported.ts';
import {
  readSourceTables,
  type SourceTables,
  type TextRow,
} from '../../producers/source-tables.ts';
import { testStack } from '../support/env.ts';
import { engineRig } from '../support/view/engine-rig.ts';
import { tableFeed } from '../support/view/table-feed.ts';
import { cityHere } from './support.ts';

const DAYS = 2;
const STEPS_PER_DAY = 30;
const stack = await testStack('pview');
const city = createCity({ seed: 33, size: 300 });
const declared = await loadView(join(VIEWS_FOLDER, 'population/view.yaml'));
const rig = await engineRig(stack, 'p', (database) => ({ ...declared, database }));
const AUTHORITIES = new Set(declared.blocks.map(({ authority }) => authority));
const PROVIDERS = DEPARTMENTS.filter(({ name }) => AUTHORITIES.has(name));

async function expectEqual(tables: SourceTables): Promise<void> {
  const { parts } = await comparePopulation(rig.root, tables);
  const differing = Object.entries(parts).flatMap(([part, { differences }]) =>
    differences.map((difference) => ({ part, ...difference })),
  );
  expect(differing).toEqual([]);
  for (const [part, { expectedRows }] of Object.entries(parts))
    expect(expectedRows, part).toBeGreaterThan(0);
}

/** Conflicts that the initial load plants, told from the city alone and from who has rows of both. */
function planted(tables: SourceTables): number {
  const pairs: readonly [Overlap, keyof SourceTables, keyof SourceTables][] = [
    ['residence-permit-address', 'residence_permit', 'residence'],
    ['family-record-name', 'family_record', 'person'],
    ['family-record-address', 'family_record', 'residence'],
    ['card-name', 'social_security_card', 'person'],
    ['insured-phone', 'insured_person', 'residence'],
  ];
  const has = (table: keyof SourceTables) =>
    new Set((tables[table] as readonly TextRow[]).map((row) => row['id_number']));
  const persons = Array.from({ length: city.size }, (_, serial) => city.person(serial));
  return pairs.reduce((sum, [overlap, reporter, authority]) => {
    const [reporting, known] = [has(reporter), has(authority)];
    const both = persons.filter((p) => reporting.has(p.idNumber) && known.has(p.idNumber));
    return sum + both.filter((person) => isPlanted(person, overlap)).length;
  }, 0);
}

describe('the population view, its sources and its oracle', () => {
  test('agree after the initial load and after days of every department', async () => {
    const here = await cityHere(stack, { city, only: PROVIDERS });
    const feed = await tableFeed(rig, here.databases);
    await feed.catchUp(1);
    const loaded = await readSourceTables(here.databases);
    await expectEqual(loaded);
    const conflicts = expectedConflicts(loaded).size;
    expect(conflicts).toBe(planted(loaded));
    expect(conflicts).toBeGreaterThan(20);

    for (let day = 1; day <= DAYS; day++) {
      for (const { department, db } of here.departments) {
        const workload = await department.workload({ db, city, random: seededRandom(day) });
        for (let i = 0; i < STEPS_PER_DAY; i++) await workload.step();
        await workload.end();
      }
      await feed.catchUp(day + 1);
      await expectEqual(await readSourceTables(here.databases));
    }
    const [row] = await rig.root.query<{ resolved: number }>(
      'SELECT COUNT(*) AS resolved FROM civicbus_conflict WHERE resolved_ms IS NOT NULL',
    );
    expect(row!.resolved).toBeGreaterThan(0);
  });
});
