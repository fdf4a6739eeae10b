/** `civicbus retry dead-letter`: one letter by its place, those of a unit, or all. */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { retryLetters, type Retried } from '../../bus/view/retry/retry-letters.ts';
import { recordReader } from '../../bus/view/run.ts';
import type { LetterPlace, LetterState } from '../../bus/view/store/dead-letter-store.ts';
import { findUnit } from '../../bus/view/sweep/sweep.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { declaredView, declaredViews } from '../live/declared-views.ts';
import { isInstalled } from '../live/lag.ts';
import type { Health } from '../output/paint.ts';

const READ_MS_MAX = 120_000;
const HEALTH: Readonly<Record<LetterState, Health>> = {
  resolved: 'good',
  open: 'bad',
  lost: 'attention',
};

type Flags = ViewFiles & { readonly all: boolean };

export async function retryDeadLetters(
  cli: Cli,
  ...[unit, topic, partition, offset, flags]: [
    string | undefined,
    string | undefined,
    string | undefined,
    string | undefined,
    Flags,
  ]
): Promise<void> {
  const only = placeOf({ unit, topic, partition, offset, all: flags.all });
  const views = await viewsOf(unit, flags.file);
  const access = await cli.openStack();
  const [kafka, admin, registry] = await Promise.all([
    access.kafkaAs(access.endpoints.kafka.admin),
    access.admin(),
    access.registry(),
  ]);
  const retried: Retried[] = [];
  for (const view of views) {
    if (!(await isInstalled(await access.root('hub'), view))) continue;
    const named = unit === undefined ? undefined : findUnit({ view, unit }).plan.unit;
    retried.push(
      ...(await retryLetters({
        view,
        ...(named === undefined ? {} : { units: [named] }),
        ...(only && named !== undefined ? { only: { ...only, unit: named } } : {}),
        ports: {
          database: await access.hub(view.database),
          admin,
          kafka,
          readerFor: (plan) => recordReader(plan, (id) => registry.schemaById(id)),
        },
        timeoutMs: cli.globals.timeoutMs ?? READ_MS_MAX,
        signal: cli.interrupts.graceful(),
      })),
    );
  }
  show(cli, retried);
}

type Place = Omit<LetterPlace, 'unit'>;

/** One letter has all four parts of its place; `--all` needs none, or a unit. */
function placeOf(given: {
  readonly unit: string | undefined;
  readonly topic: string | undefined;
  readonly partition: string | undefined;
  readonly offset: string | undefined;
  readonly all: boolean;
}): Place | undefined {
  const { topic, partition, offset, all } = given;
  if (all && topic === undefined) return undefined;
  const isWhole = (digits: string | undefined): digits is string => /^\d{1,18}$/.test(digits ?? '');
  if (all || topic === undefined || !isWhole(partition) || !isWhole(offset)) {
    throw new BusError('CLI_USAGE', { what: text('cli.retry.usage') });
  }
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

async function viewsOf(
  unit: string | undefined,
  file: readonly string[] | undefined,
): Promise<readonly ViewModel[]> {
  const [name = '', block] = unit?.split('/') ?? [];
  if (unit === undefined) return declaredViews(file);
  if (block === undefined) throw new BusError('CLI_USAGE', { what: text('cli.retry.usage') });
  return [await declaredView(name, file)];
}

function show({ out }: Cli, retried: readonly Retried[]): void {
  const items = retried.map(({ offset, code = '', detail = '', ...rest }) => ({
    ...rest,
    offset: String(offset),
    code,
    detail,
  }));
  const right = (title: string) => ({ title, align: 'right' as const });
  out.list({
    kind: 'RetriedLetterList',
    items,
    table: {
      columns: [
        text('cli.column.unit'),
        text('cli.column.topic'),
        right(text('cli.column.partition')),
        right(text('cli.column.offset')),
        text('cli.column.state'),
        text('cli.column.code'),
        text('cli.column.detail'),
      ],
      rows: items.map(({ unit, topic, partition, offset, state, code, detail }) => [
        unit,
        topic,
        partition,
        offset,
        { text: text(`cli.letter.${state}`), health: HEALTH[state] },
        code,
        detail,
      ]),
      empty: text('cli.empty.openLetters'),
    },
  });
  const open = items.filter(({ state }) => state === 'open').length;
  if (open > 0) out.hint(text('cli.retry.open', { open }));
}
