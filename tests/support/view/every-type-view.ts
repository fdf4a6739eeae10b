/** A view with a column of every declared type, in a direct block and again in a mirrored one. */
import { resolveView } from '../../../bus/view/declaration/resolve.ts';
import type { ViewModel } from '../../../bus/view/view.ts';

const WHOLE = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'];
/** Every declared type; some in several spellings. */
export const EVERY_TYPE: readonly string[] = [
  WHOLE,
  WHOLE.map((name) => `${name} unsigned`),
  ['boolean', 'tinyint(1)', 'int(11)', 'decimal', 'decimal(65,38)', 'decimal(12,2)'],
  ['float', 'double', 'year', 'json', "enum('a','B c','it''s')"],
  ['char(3)', 'varchar(500)', 'tinytext', 'text', 'mediumtext', 'longtext'],
  ['date', 'datetime', 'datetime(6)', 'timestamp', 'timestamp(3)', 'time', 'time(6)'],
  ['binary(16)', 'varbinary(100)', 'tinyblob', 'blob', 'mediumblob', 'longblob'],
].flat();

export function everyTypeView(database: string): ViewModel {
  const items = EVERY_TYPE.map((type, i) => ({ name: `c${i}`, type }));
  return resolveView(
    {
      apiVersion: 'civicbus/v1',
      kind: 'View',
      name: 'every-type',
      database,
      entity: {
        table: 'person',
        key: { name: 'id', type: 'bigint unsigned' },
        visibleBy: 'direct',
      },
      blocks: [
        {
          name: 'direct',
          category: 1,
          authority: 'police',
          from: { source: 'police', table: 'police.person', key: ['id'] },
          items,
        },
        {
          name: 'mirrored',
          category: 2,
          authority: 'police',
          from: { source: 'police', table: 'police.thing', key: ['number'] },
          mirror: {
            columns: [
              { name: 'number', type: 'binary(16)' },
              { name: 'owner', type: 'bigint unsigned' },
              ...items,
            ],
            touches: [{ entity: 'owner' }],
            latestBy: ['number'],
          },
          items: items.map(({ name, type }) => ({ name: `of_${name}`, type, from: name })),
        },
      ],
    },
    'every-type',
  );
}
