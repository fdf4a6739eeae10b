/** The police tables and how a step finds somebody to write about: in the database, at a random place. */
import { sampleKeys, type Scene } from '../scene.ts';

export const TABLES = ['person', 'household_registration', 'residence'] as const;
export type PoliceTable = (typeof TABLES)[number];

/** Identity numbers of up to `count` rows that lie together, or scattered ones when `count` is one. */
export function sampleIds(
  scene: Scene,
  { table = 'person', count = 1 }: { readonly table?: PoliceTable; readonly count?: number },
): Promise<string[]> {
  const from = scene.city.anybody(scene.random).idNumber;
  return sampleKeys(scene, { table, column: 'id_number', from, count });
}

export async function sampleOne(
  scene: Scene,
  table: PoliceTable = 'person',
): Promise<string | undefined> {
  const [id] = await sampleIds(scene, { table });
  return id;
}
