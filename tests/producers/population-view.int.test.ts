/**
 * The declaration against the oracle: rows of the departments' real databases go through the real
 * engine into a real hub, and what readers then see is compared with what the oracle expects. Only
 * the way between is played by the test; capture and Kafka have tests of their own.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bus/base/random.ts';
import { partitionKey, type RawRecord } from '../../bus/kafka/kafka.ts';
import type { SqlRow, SqlValue } from '../../bus/sql/sql.ts';
import { compileView, type UnitPlan } from '../../bus/view/compile/compile.ts';
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
import { at, engineRig, PARTITIONS, type EngineOfTest } from '../support/view/engine-rig.ts';
import { batchOf, changed, record } from '../support/view/records.ts';
import { cityHere, type CityHere } from './support.ts';

const DAYS = 2;
const STEPS_PER_DAY = 30;
const stack = await testStack('pview');
const city = createCity({ seed: 33, size: 300 });
const declared = await loadView(join(VIEWS_FOLDER, 'population/view.yaml'));
const rig = await engineRig(stack, 'p', (database) => ({ ...declared, database }));
const plans = compileView(rig.view);
const AUTHORITIES = new Set(declared.blocks.map(({ authority }) => authority));
const PROVIDERS = DEPARTMENTS.filter(({ name }) => AUTHORITIES.has(name));

/** What a unit's table held when it was last looked at, by key. */
type Image = Map<string, SqlRow>;

class Feed {
  readonly #here: CityHere;
  readonly #images = new Map<string, Image>();
  readonly #ends = new Map<string, bigint>();
  #engine: EngineOfTest | undefined;

  constructor(here: CityHere) {
    this.#here = here;
  }

  /** Brings every unit up to what its table holds now: deletes, inserts and updates in a random order. */
  async catchUp(seed: number): Promise<void> {
    const random = seededRandom(seed);
    for (const plan of random.shuffle(plans)) {
      const now = await this.#read(plan);
      if (!now) continue;
      const before = this.#images.get(plan.unit) ?? new Map<string, SqlRow>();
      this.#images.set(plan.unit, now);
      const moved = [...new Set([...before.keys(), ...now.keys()])].filter(
        (key) => JSON.stringify(before.get(key)) !== JSON.stringify(now.get(key)),
      );
      await this.#deliver(plan, random.shuffle(moved), now);
    }
  }

  async #read({ topic, key, columns }: UnitPlan): Promise<Image | undefined> {
    const [, source = '', , table = ''] = topic.split('.');
    const db = this.#here.databases[source];
    const names = [...key, ...columns].map(({ name }) => name);
    const rows = await db?.query(`SELECT ${[...new Set(names)].join(', ')} FROM ${table}`);
    return rows && new Map(rows.map((row) => [JSON.stringify(valuesOf(row, key)), row]));
  }

  async #deliver(plan: UnitPlan, keys: readonly string[], now: Image): Promise<void> {
    const records = new Map<number, RawRecord[]>();
    for (const text of keys) {
      const partition = createHash('md5').update(text).digest().readUInt32BE(0) % PARTITIONS;
      const of = records.get(partition) ?? [];
      records.set(partition, of);
      const key = JSON.parse(text) as SqlValue[];
      const row = now.get(text);
      const offset = (this.#ends.get(`${plan.topic}/${partition}`) ?? 0n) + BigInt(of.length);
      of.push(
        row
          ? changed(offset, key, valuesOf(row, plan.columns))
          : record(offset, key, { op: 'd', after: null }),
      );
    }
    for (const [partition, batch] of records) {
      const engine = await this.#member();
      const from = this.#ends.get(`${plan.topic}/${partition}`) ?? 0n;
      const handled = await engine.engine.apply(
        batchOf(at(plan.topic, partition), batch, { from }),
      );
      expect(handled, `${plan.unit} ${partition}`).toEqual({ kind: 'done' });
      this.#ends.set(`${plan.topic}/${partition}`, from + BigInt(batch.length));
    }
  }

  async #member(): Promise<EngineOfTest> {
    if (this.#engine) return this.#engine;
    plans.forEach(({ topic }, i) => (rig.broker.topicIds[topic] = `topic-${i}`));
    this.#engine = rig.start('member');
    const all = plans.flatMap(({ topic }) =>
      Array.from({ length: PARTITIONS }, (_, partition) => at(topic, partition)),
    );
    const claims = await this.#engine.claim(1, all);
    for (const tp of all) expect(claims.get(partitionKey(tp))?.kind).toBe('start');
    return this.#engine;
  }
}

function valuesOf(row: SqlRow, columns: readonly { readonly name: string }[]): SqlValue[] {
  return columns.map(({ name }) => row[name] ?? null);
}

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
    const feed = new Feed(here);
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
