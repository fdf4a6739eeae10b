/** Lag as tables, by unit or by partition. */
import { text } from '../../bus/base/text.ts';
import type { LagState, PartitionLag, UnitLag } from '../../bus/lag/lag.ts';
import type { Health } from '../output/paint.ts';
import type { TableColumn, TableView } from '../output/table.ts';
import { age, count } from '../output/words.ts';

const HEALTH: Readonly<Record<LagState, Health>> = {
  halted: 'bad',
  'data-lost': 'bad',
  unclaimed: 'unknown',
  incomplete: 'bad',
  behind: 'attention',
  'caught-up': 'good',
};

export function lagHealth(state: LagState): Health {
  return HEALTH[state];
}

const right = (title: string): TableColumn => ({ title, align: 'right' });

export function unitLagTable(units: readonly UnitLag[]): TableView {
  return {
    columns: [
      text('cli.column.unit'),
      text('cli.column.topic'),
      right(text('cli.column.waiting')),
      right(text('cli.column.oldest')),
      right(text('cli.column.deadLetters')),
      text('cli.column.state'),
      text('cli.column.cause'),
    ],
    rows: units.map((unit) => [
      unit.unit,
      unit.topic,
      count(unit.waiting),
      ageOf(unit),
      count(unit.deadLetters),
      { text: text(`cli.lag.state.${unit.state}`), health: HEALTH[unit.state] },
      unit.haltCode ?? '',
    ]),
    empty: text('cli.empty.views'),
  };
}

export function partitionLagTable(partitions: readonly PartitionLag[]): TableView {
  return {
    columns: [
      text('cli.column.unit'),
      text('cli.column.topic'),
      right(text('cli.column.partition')),
      right(text('cli.column.start')),
      right(text('cli.column.applied')),
      right(text('cli.column.end')),
      right(text('cli.column.waiting')),
      right(text('cli.column.oldest')),
      text('cli.column.state'),
    ],
    rows: partitions.map((one) => [
      one.unit,
      one.topic,
      one.partition,
      one.start,
      one.nextOffset ?? '-',
      one.end,
      count(one.waiting),
      ageOf(one),
      { text: text(`cli.lag.state.${one.state}`), health: HEALTH[one.state] },
    ]),
    empty: text('cli.empty.views'),
  };
}

/** A waiting record whose age is not known is "?", never 0. */
function ageOf({
  waiting,
  oldestMs,
}: {
  readonly waiting: number;
  readonly oldestMs: number | undefined;
}): string {
  if (oldestMs !== undefined) return age(oldestMs);
  return waiting > 0 ? '?' : '-';
}
