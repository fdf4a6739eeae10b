/** The view that the engine's own tests build: one direct block, one mirrored block that touches two entities. */
import { resolveView } from '../../../bus/view/declaration/resolve.ts';
import type { ViewModel } from '../../../bus/view/view.ts';

export function oracleView(database: string): ViewModel {
  return resolveView(
    {
      apiVersion: 'civicbus/v1',
      kind: 'View',
      name: database.replaceAll('_', '-'),
      database,
      entity: {
        table: 'person',
        key: { name: 'id_number', type: 'varchar(18)' },
        visibleBy: 'identity',
      },
      blocks: [
        {
          name: 'identity',
          category: 1,
          authority: 'police',
          from: { source: 'police', table: 'police.person', key: ['id_number'] },
          items: [
            { name: 'name', type: 'varchar(60)' },
            { name: 'points', type: 'bigint' },
          ],
        },
        {
          name: 'marriage',
          category: 6,
          authority: 'civil-affairs',
          from: { source: 'civil-affairs', table: 'civil_affairs.marriage', key: ['number'] },
          mirror: {
            columns: [
              { name: 'number', type: 'varchar(20)' },
              { name: 'a', type: 'varchar(18)' },
              { name: 'b', type: 'varchar(18)' },
              { name: 'status', type: 'varchar(20)' },
              { name: 'held_on', type: 'date' },
            ],
            touches: [
              { entity: 'a', as: { spouse: 'b' } },
              { entity: 'b', as: { spouse: 'a' } },
            ],
            latestBy: ['held_on', 'number'],
          },
          items: [
            { name: 'marital_status', type: 'varchar(20)', from: 'status' },
            { name: 'spouse', type: 'varchar(18)', from: 'spouse' },
          ],
        },
      ],
    },
    'oracle-view',
  );
}
