/** The board as text: whole for a terminal, one line for a log. */
import { text } from '../../bus/base/text.ts';
import type { ServiceState } from '../../infra/stack.ts';
import { connectorsTable } from '../live/connectors-table.ts';
import { lagHealth } from '../live/lag-table.ts';
import { brokenFirst, type Health, type Paints } from '../output/paint.ts';
import { type Cell, renderTable, type TableView } from '../output/table.ts';
import { age, count, firstLine } from '../output/words.ts';
import { pairsLine, pairsTable } from './pairs/pair-facts.ts';
import { type BoardFacts, perSecond, type Read, type ViewFacts } from './board-facts.ts';

export type BoardText = {
  readonly now: BoardFacts;
  readonly before: BoardFacts | undefined;
  readonly startedMs: number;
  readonly home: string;
  readonly paints: Paints;
  /** Where to look further; made once. */
  readonly pointers: readonly string[];
};

export function boardText(board: BoardText): string {
  const { now, startedMs, home, paints, pointers } = board;
  const title = text('cli.board.title', { up: age(now.atMs - startedMs), home });
  return [
    paints.heading(title),
    '',
    renderTable(servicesTable(now), paints),
    '',
    shown(now.connectors, paints, (items) => renderTable(connectorsTable(items), paints)),
    ...now.views.flatMap((view) => ['', viewText(view, board)]),
    '',
    paints.heading(text('cli.board.pairs')),
    shown(now.pairs, paints, (pairs) => renderTable(pairsTable(pairs, now.atMs), paints)),
    '',
    workloadLine(board),
    '',
    ...pointers.map((line) => paints.dim(line)),
  ].join('\n');
}

const SERVICE_HEALTH: Readonly<Record<ServiceState, Health>> = {
  healthy: 'good',
  absent: 'unknown',
  preparing: 'attention',
  starting: 'attention',
  restarting: 'attention',
  stopped: 'attention',
  failed: 'bad',
};

export function serviceHealth(state: ServiceState): Health {
  return SERVICE_HEALTH[state];
}

function servicesTable({ services }: BoardFacts): TableView {
  return {
    columns: [
      text('cli.column.service'),
      text('cli.column.state'),
      { title: text('cli.column.pid'), align: 'right' },
      { title: text('cli.column.restarts'), align: 'right' },
      text('cli.column.address'),
    ],
    rows: brokenFirst(services, ({ state }) => ({ name: '', health: SERVICE_HEALTH[state] })).map(
      ({ name, state, pid, restarts, address }): Cell[] => [
        name,
        { text: text(`cli.service.${state}`), health: SERVICE_HEALTH[state] },
        pid ?? '-',
        restarts,
        address ?? '',
      ],
    ),
    empty: '',
  };
}

function shown<T>(part: Read<T>, paints: Paints, render: (value: T) => string): string {
  return part.ok
    ? render(part.value)
    : paints.attention(text('cli.board.unread', { why: firstLine(part.why) }));
}

function viewText(facts: ViewFacts, board: BoardText): string {
  const { view, lag, visible } = facts;
  const { paints, now, before } = board;
  const rows = perSecond({ program: `view-${view.name}`, figure: 'records' }, now, before);
  const title = text('cli.board.view', {
    name: view.name,
    visible: visible.ok ? count(visible.value) : '?',
    rate: rows === undefined ? '?' : count(Math.round(rows)),
  });
  const table = shown(lag, paints, () => renderTable(unitsTable(facts), paints));
  return `${paints.heading(title)}\n${table}`;
}

function unitsTable({ view, lag, counts }: ViewFacts): TableView {
  const units = lag.ok ? lag.value.units : [];
  const byBlock = new Map(counts.ok ? counts.value.map((one) => [one.block, one]) : []);
  const right = (title: string) => ({ title, align: 'right' }) as const;
  return {
    columns: [
      text('cli.column.block'),
      text('cli.column.topic'),
      right(text('cli.column.atSource')),
      right(text('cli.column.inView')),
      right(text('cli.column.waiting')),
      right(text('cli.column.oldest')),
      right(text('cli.column.deadLetters')),
      text('cli.column.state'),
    ],
    rows: brokenFirst(units, ({ state }) => ({ name: '', health: lagHealth(state) })).map(
      (unit): Cell[] => {
        const block = unit.unit.slice(view.name.length + 1);
        const counted = byBlock.get(block);
        return [
          block,
          unit.topic,
          counted ? count(counted.source) : '?',
          counted ? count(counted.view) : '?',
          count(unit.waiting),
          unit.oldestMs === undefined ? '-' : age(unit.oldestMs),
          count(unit.deadLetters),
          { text: text(`cli.lag.state.${unit.state}`), health: lagHealth(unit.state) },
        ];
      },
    ),
    empty: '',
  };
}

function workloadLine({ now, before }: Pick<BoardText, 'now' | 'before'>): string {
  const program = 'workload';
  if (!now.figures[program]) return text('cli.board.noWorkload');
  const rate = (figure: string) => {
    const value = perSecond({ program, figure }, now, before);
    return value === undefined ? '?' : value.toFixed(1);
  };
  return text('cli.board.workload', { transactions: rate('transactions'), rows: rate('rows') });
}

/** One line that says whether all is well and how much flows. */
export function boardLine({ now, before }: Pick<BoardText, 'now' | 'before'>): string {
  const running = now.connectors.ok
    ? now.connectors.value.filter(({ health }) => health === 'good').length
    : '?';
  const all = now.connectors.ok ? now.connectors.value.length : '?';
  const ill = now.services.filter(({ state }) => state !== 'healthy').map(({ name }) => name);
  const parts = [
    new Date(now.atMs).toISOString(),
    text('cli.board.line.connectors', { running, all }),
    ...now.views.map((view) => viewLine(view, { now, before })),
    now.pairs.ok
      ? pairsLine(now.pairs.value, now.atMs)
      : text('cli.board.unread', { why: firstLine(now.pairs.why) }),
    workloadLine({ now, before }),
    ...(ill.length === 0 ? [] : [text('cli.board.line.ill', { names: ill.join(', ') })]),
  ];
  return parts.join(' | ');
}

function viewLine(
  { view, lag, counts, visible }: ViewFacts,
  { now, before }: Pick<BoardText, 'now' | 'before'>,
): string {
  if (!lag.ok) return text('cli.board.unread', { why: firstLine(lag.why) });
  const { units } = lag.value;
  const rate = perSecond({ program: `view-${view.name}`, figure: 'records' }, now, before);
  const oldest = units.flatMap(({ oldestMs }) => oldestMs ?? []);
  return text('cli.board.line.view', {
    name: view.name,
    visible: visible.ok ? count(visible.value) : '?',
    inView: counts.ok ? count(sum(counts.value.map((one) => one.view))) : '?',
    atSource: counts.ok ? count(sum(counts.value.map((one) => one.source))) : '?',
    waiting: count(sum(units.map(({ waiting }) => waiting))),
    oldest: oldest.length === 0 ? '0s' : age(Math.max(...oldest)),
    rate: rate === undefined ? '?' : count(Math.round(rate)),
    dead: count(sum(units.map(({ deadLetters }) => deadLetters))),
    halted: units.filter(({ state }) => state === 'halted').length,
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
