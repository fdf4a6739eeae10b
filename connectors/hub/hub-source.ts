/**
 * A shared view as a source: the hub's tables are captured like any department's, into
 * `view.<view>.<database>.<table>`, and sharing pairs read only those topics. Pure; follows from
 * the view's declaration, so nobody writes a source.yaml for it. Captured is what a pair can need:
 * keys, items, which blocks are there and since when, and the column that visibility hangs on.
 */
import { sqlTypeOf } from '../../bus/change/column-type.ts';
import {
  blockColumns,
  childColumns,
  childTable,
  engineColumns,
  rowsTable,
  type Block,
  type Column,
  type ViewModel,
} from '../../bus/view/view.ts';
import { CUTOFF_TABLE } from '../../bus/view/store/migrations.ts';
import { captureUser } from '../../producers/capture-grants.ts';
import { captureOfView } from '../names.ts';
import type { Source, SourceColumn, SourceTable } from '../source.ts';

/** How long a pair may be away and still go on without a new copy: the resume window. */
export const RESUME_WINDOW_DAYS = 14;

/** Also the number of shards that a gateway's work can be spread over at most. */
const PARTITIONS = 4;

const TABLE_OWNER = 'hub';

export type HubSourceOptions = {
  /** As `connection.tls` of a source. */
  readonly tls: Source['connection']['tls'];
};

/** The capture of the tables of `view` that readers see rows of; mirrors and the engine's own stay inside. */
export function hubSource(view: ViewModel, { tls }: HubSourceOptions): Source {
  const user = captureUser(view.database);
  return {
    apiVersion: 'civicbus/v1',
    kind: 'Source',
    name: captureOfView(view.name),
    organization: 'hub',
    description: `The shared view ${view.name}, for its sharing pairs.`,
    engine: 'mariadb',
    connection: { server: 'hub', database: view.database, tls },
    capture: {
      user,
      passwordFile: `${user}.password`,
      pollIntervalMs: 10,
      heartbeatIntervalMs: 5_000,
      snapshot: 'initial',
    },
    topics: {
      partitions: PARTITIONS,
      replication: 1,
      retentionDays: RESUME_WINDOW_DAYS,
      compression: 'none',
    },
    tables: [entityRows(view), ...view.blocks.filter(({ many }) => many).map(childRows), CUTOFFS],
  };
}

/** Cuts of daily pairs stand in the same log as the changes that they part. */
const CUTOFFS: SourceTable = {
  name: CUTOFF_TABLE,
  key: ['cut_id'],
  owner: TABLE_OWNER,
  columns: [
    { name: 'cut_id', type: 'varchar(100)', classification: 'public' },
    { name: 'made_at', type: 'datetime(3)', classification: 'public' },
  ],
};

function entityRows(view: ViewModel): SourceTable {
  const { key, visibleWhile } = view.entity;
  const blocks = view.blocks.filter(({ many }) => !many);
  return {
    name: rowsTable(view),
    key: [key.name],
    owner: TABLE_OWNER,
    columns: [
      captured(key),
      ...blocks.flatMap((block) => {
        const shown = new Set(block.items.map(({ name }) => name));
        if (visibleWhile && block.name === view.entity.visibleBy) shown.add(visibleWhile.column);
        return [
          ...blockColumns(block).map((column) => declared(column, shown.has(column.name))),
          ...engine(block.name),
        ];
      }),
    ],
  };
}

function childRows(block: Block): SourceTable {
  const shown = new Set(block.items.map(({ name }) => name));
  if (block.many?.entity) shown.add(block.many.entity.name);
  return {
    name: childTable(block),
    key: block.key.map(({ name }) => name),
    owner: TABLE_OWNER,
    columns: [
      ...block.key.map(captured),
      ...childColumns(block).map((column) => declared(column, shown.has(column.name))),
      ...engine(''),
    ],
  };
}

/** The version moves with every record read again; a row in which nothing else changed is no change. */
function engine(prefix: string): SourceColumn[] {
  const { there, at, version } = engineColumns(prefix);
  const column = (name: string, type: string, isCaptured: boolean): SourceColumn => ({
    name,
    type,
    classification: 'internal',
    ...(isCaptured ? {} : { captured: false }),
  });
  return [
    column(there, 'tinyint', true),
    column(at, 'bigint', true),
    column(version, 'bigint', false),
  ];
}

function captured(column: Column): SourceColumn {
  return declared(column, true);
}

/** How far an item may travel is said by the resource that it belongs to, not here. */
function declared({ name, type }: Column, isCaptured: boolean): SourceColumn {
  return {
    name,
    type: sqlTypeOf(type),
    classification: 'personal',
    ...(isCaptured ? {} : { captured: false }),
  };
}
