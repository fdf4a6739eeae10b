/** Checks of what is declared against what is there: sources, topics, views and their progress. */
import { messageOf } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { KafkaAdmin, TopicState } from '../../bus/kafka/kafka.ts';
import type { OffsetRow } from '../../bus/view/store/offset-store.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { preflight } from '../../connectors/apply.ts';
import { contextOf } from '../../connectors/context.ts';
import { loadSources, type SourceFile } from '../../connectors/load-source.ts';
import { sourceNames } from '../../connectors/names.ts';
import { sourceTopics } from '../../connectors/topics.ts';
import { loadView } from '../../consumers/view-files.ts';
import { planDeclared } from '../apply/declared.ts';
import { type Declarations } from '../apply/gather.ts';
import { capturesOf } from '../apply/view-capture.ts';
import { declaredViews } from '../live/declared-views.ts';
import { readConnectors } from '../live/connectors.ts';
import { readViewLag, type ViewLag } from '../live/lag.ts';
import { age, count } from '../output/words.ts';
import {
  bad,
  type Check,
  type CheckContext,
  type Finding,
  note,
  ofProblem,
  ok,
} from './finding.ts';

/** Longer than a restart of anything takes: a consumer that runs catches up sooner, or is in trouble. */
const LATE_MS = 60_000;

/** The checks of `declarations`. */
export function declaredChecks(declarations: Declarations): readonly Check[] {
  return [
    { name: 'connectors', run: (context) => checkConnectors(context, declarations) },
    { name: 'preflight', run: (context) => checkSources(context, declarations) },
    { name: 'topics', run: (context) => checkTopics(context, declarations) },
    { name: 'views', run: (context) => checkViews(context, declarations) },
    { name: 'declared', run: (context) => checkPending(context, declarations) },
  ];
}

/** Departments' sources, and the captures of views on the hub. */
async function allSources({ sourceFiles, viewFiles }: Declarations): Promise<SourceFile[]> {
  const views = await Promise.all(
    viewFiles.map(async (file) => ({ file, view: await loadView(file) })),
  );
  return [...(await loadSources(sourceFiles)), ...capturesOf(views)];
}

async function checkConnectors(
  { access }: CheckContext,
  declarations: Declarations,
): Promise<Finding[]> {
  const [sources, connectors] = await Promise.all([
    allSources(declarations),
    readConnectors(await access.connect()),
  ]);
  return sources.map(({ source }) => {
    const name = sourceNames(source.name).connector;
    const found = connectors.find((connector) => connector.name === name);
    if (found?.health === 'good')
      return ok('connectors', text('cli.doctor.connectors.ok', { name }));
    const state = (found?.state ?? 'absent').toUpperCase();
    const remedy = found ? 'cli.doctor.connectors.remedy' : 'cli.doctor.connectors.apply';
    const finding = text('cli.doctor.connectors.bad', { name, state, cause: found?.cause ?? '' });
    return bad('connectors', finding.trim(), text(remedy, { name }));
  });
}

async function checkSources(
  { access }: CheckContext,
  declarations: Declarations,
): Promise<Finding[]> {
  const context = contextOf(access.endpoints);
  const sources = await allSources(declarations);
  const findings = await Promise.all(
    sources.map(async (source: SourceFile) => {
      const result = await preflight(source, context, {
        openDatabase: (target) => access.open(target),
      });
      const { name } = source.source;
      return [
        ...(result.problems.length === 0
          ? [ok('preflight', text('cli.doctor.preflight.ok', { name }))]
          : result.problems.map((problem) => ofProblem('preflight', 'bad', problem))),
        ...result.notes.map((problem) => ofProblem('preflight', 'note', problem)),
      ];
    }),
  );
  return findings.flat();
}

async function checkTopics(
  { access }: CheckContext,
  declarations: Declarations,
): Promise<Finding[]> {
  const admin = await access.admin();
  const sources = await allSources(declarations);
  const wanted = sources.flatMap(({ source }) => sourceTopics(source));
  const actual = byName(await admin.describeTopics(wanted.map(({ name }) => name)));
  const wrong = wanted.flatMap(({ name, partitions }) => {
    const found = actual.get(name);
    if (!found)
      return [bad('topics', text('cli.doctor.topics.absent', { name }), text('cli.next.apply'))];
    if (found.partitions === partitions) return [];
    const facts = { name, found: found.partitions, declared: partitions };
    return [
      bad('topics', text('cli.doctor.topics.partitions', facts), text('cli.doctor.topics.remedy')),
    ];
  });
  return wrong.length > 0
    ? wrong
    : [ok('topics', text('cli.doctor.topics.ok', { count: wanted.length }))];
}

function byName(states: readonly TopicState[]): ReadonlyMap<string, TopicState> {
  return new Map(states.map((state) => [state.name, state]));
}

async function checkViews(
  { access }: CheckContext,
  { viewFiles }: Declarations,
): Promise<Finding[]> {
  const views = await declaredViews(viewFiles);
  const admin = await access.admin();
  const found = await Promise.all(
    views.map(async (view) => {
      const lag = await readViewLag(view, access);
      return [...(await foundations(view, lag.offsets, admin)), ...progress(lag)];
    }),
  );
  return found.flat();
}

/** Was the view built from these very topics? Another life of one has other offsets. */
async function foundations(
  view: ViewModel,
  offsets: readonly OffsetRow[],
  admin: KafkaAdmin,
): Promise<Finding[]> {
  const [states, clusterId] = await Promise.all([
    admin.describeTopics(view.blocks.map(({ from }) => from.topic)),
    admin.clusterId(),
  ]);
  const actual = byName(states);
  const differing = new Map<string, string>();
  for (const row of offsets) {
    const topic = actual.get(row.topic);
    const differs =
      !topic ||
      topic.topicId !== row.topicId ||
      topic.partitions !== row.partitions ||
      clusterId !== row.clusterId;
    if (differs) differing.set(row.unit, row.topic);
  }
  return [...differing].map(([unit, topic]) =>
    bad(
      'views',
      text('cli.doctor.views.replaced', { unit, topic }),
      text('VIEW_TOPIC_REPLACED.remedy'),
    ),
  );
}

function progress({ view, units, installed }: ViewLag): Finding[] {
  const { name } = view;
  if (!installed)
    return [bad('views', text('cli.lag.notApplied', { view: name }), text('cli.next.apply'))];
  const findings = units.flatMap((unit): Finding[] => {
    const facts = {
      unit: unit.unit,
      code: unit.haltCode,
      count: count(unit.deadLetters),
      view: name,
    };
    const found: Finding[] = [];
    if (unit.state === 'halted')
      found.push(
        bad('views', text('cli.doctor.views.halted', facts), text('cli.next.halted', facts)),
      );
    if (unit.state === 'data-lost')
      found.push(bad('views', text('cli.doctor.views.lost', facts), text('VIEW_DATA_LOST.remedy')));
    if (unit.state === 'unclaimed')
      found.push(
        bad('views', text('cli.doctor.views.unclaimed', facts), text('cli.next.run', facts)),
      );
    if (unit.state === 'behind' && (unit.oldestMs ?? 0) > LATE_MS) {
      const late = { ...facts, oldest: age(unit.oldestMs ?? 0) };
      const remedy = text('cli.doctor.views.lateRemedy', facts);
      found.push(bad('views', text('cli.doctor.views.late', late), remedy));
    }
    if (unit.deadLetters > 0)
      found.push(bad('views', text('cli.doctor.views.dead', facts), text('cli.next.deadLetters')));
    return found;
  });
  if (findings.length > 0) return findings;
  const waiting = units.reduce((sum, unit) => sum + unit.waiting, 0);
  const oldest = age(Math.max(0, ...units.flatMap(({ oldestMs }) => oldestMs ?? [])));
  return [ok('views', text('cli.doctor.views.ok', { name, waiting: count(waiting), oldest }))];
}

/** What is declared and what is there have drifted apart. */
async function checkPending(
  { access }: CheckContext,
  declarations: Declarations,
): Promise<Finding[]> {
  try {
    const { steps, kept } = await planDeclared(declarations, { access, prune: false });
    return [
      ...(steps.length === 0
        ? [ok('declared', text('cli.doctor.declared.ok'))]
        : [
            bad(
              'declared',
              text('cli.doctor.declared.pending', { count: steps.length }),
              text('cli.doctor.declared.remedy'),
            ),
          ]),
      ...kept.map(({ kind, name }) => note('declared', text('cli.plan.kept', { kind, name }))),
    ];
  } catch (error) {
    return [note('declared', text('cli.doctor.declared.unknown', { why: messageOf(error) }))];
  }
}
