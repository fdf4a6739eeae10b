/** The daily copy of projects, and what it must be: the view at the cut that its manifest names. */
import { MANIFEST_TABLE } from '../../../bus/pair/subscriber/tables.ts';
import { copiedRows, type TextRow } from './expected-copies.ts';
import { PAIRS, type PairWorld } from './pair-world.ts';
import { patiently } from './patiently.ts';
import { tableAtCut } from './view-at-cut.ts';

const FIELDS = ['project_number', 'project_division', 'total_units'];

/** The hub's transaction order at the newest cut that the copy has; waits for the first. */
export function firstCut(world: PairWorld): Promise<bigint> {
  const { database, id } = world.copyOf(PAIRS.projects);
  return patiently('the first day of the daily pair', async () => {
    const [row] = await database.query<{ cut: number | string }>(
      `SELECT MAX(cut_version) AS cut FROM ${MANIFEST_TABLE} WHERE agreement_id = ? HAVING MAX(cut_version) IS NOT NULL`,
      [id],
    );
    return row && BigInt(row.cut);
  });
}

export function dailyCopy(world: PairWorld): Promise<TextRow[]> {
  return copiedRows(world.copyOf(PAIRS.projects), FIELDS);
}

export async function projectsAtCut({ city }: PairWorld, cut: bigint): Promise<TextRow[]> {
  const { access } = city;
  const registry = await access.registry();
  const chars = (name: string, charsMax: number) =>
    ({ name, type: { kind: 'chars', name: 'varchar', charsMax } }) as const;
  const rows = await tableAtCut(
    {
      topic: 'view.property.hub_property.project__rows',
      columns: [
        chars('project_number', 20),
        chars('project_division', 6),
        { name: 'total_units', type: { kind: 'integer', name: 'int', unsigned: false } },
        { name: 'licence__there', type: { kind: 'boolean' } },
      ],
      cut,
    },
    {
      admin: await access.admin(),
      kafka: await access.kafkaAs(access.endpoints.kafka.admin),
      fetchSchema: (id) => registry.schemaById(id),
    },
  );
  return [...rows.values()]
    .filter(([, division, , there]) => Boolean(there) && textOf(division)?.startsWith('11'))
    .map(([key, division, total]) => [key, division, total].map(textOf))
    .toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
