/** A view with everything that the oracle view has not: child rows, kept columns, reports, visibility by state, history. */
import { resolveView } from '../../../bus/view/declaration/resolve.ts';
import type { ViewModel } from '../../../bus/view/view.ts';

export const ORGANISATIONS = 'cdc.registry.registry.organisation';
export const ENTERPRISES = 'cdc.commerce.commerce.enterprise';
export const VEHICLES = 'cdc.police.police.vehicle';

export function wideView(database: string): ViewModel {
  return resolveView(
    {
      apiVersion: 'civicbus/v1',
      kind: 'View',
      name: database.replaceAll('_', '-'),
      database,
      entity: {
        table: 'entity',
        key: { name: 'code', type: 'varchar(9)' },
        visibleBy: 'register',
        visibleWhile: { column: 'status', in: ['registered', 'changed'] },
      },
      history: { retentionDays: 30 },
      blocks: [
        {
          name: 'register',
          category: 1,
          authority: 'registry',
          from: { source: 'registry', table: 'registry.organisation', key: ['code'] },
          items: [
            { name: 'name', type: 'varchar(60)' },
            { name: 'capital', type: 'decimal(12,2)' },
          ],
          kept: [
            { name: 'status', type: 'varchar(20)' },
            { name: 'successor', type: 'varchar(9)' },
          ],
        },
        {
          name: 'commercial',
          category: 2,
          authority: 'commerce',
          from: { source: 'commerce', table: 'commerce.enterprise', key: ['code'] },
          items: [],
          reports: [{ item: 'name', from: 'enterprise_name' }, { item: 'capital' }],
        },
        {
          name: 'vehicle',
          category: 3,
          authority: 'police',
          from: { source: 'police', table: 'police.vehicle', key: ['plate'] },
          many: { key: [{ name: 'plate', type: 'varchar(20)' }], entity: 'code' },
          items: [
            { name: 'plate', type: 'varchar(20)' },
            { name: 'kind', type: 'varchar(20)' },
          ],
        },
      ],
    },
    'wide-view',
  );
}
