/** `civicbus describe`: facts of one thing, line by line; in JSON one item. */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { ConnectorStatus } from '../../bus/connect/connect.ts';
import type { AclRule } from '../../bus/kafka/kafka.ts';
import { grantName } from '../../bus/plan/plan.ts';
import { ownerOf } from '../../bus/plan/ownership.ts';
import { sourceNames } from '../../connectors/names.ts';
import { safeTrace } from '../../connectors/task-failure.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { topicContract, type TopicContract } from '../live/contract.ts';
import { connectorItem } from '../live/connectors.ts';
import { countVisible, readCounts } from '../live/counts.ts';
import { declaredView, declaredViews } from '../live/declared-views.ts';
import { readViewLag } from '../live/lag.ts';
import { lagHealth, partitionLagTable } from '../live/lag-table.ts';
import { readersOf } from '../live/topics.ts';
import { brokenFirst } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import { age, count } from '../output/words.ts';
import { showFacts, type Fact } from './facts.ts';

export async function describeConnector({ out, openStack }: Cli, name: string): Promise<void> {
  const access = await openStack();
  const connect = await access.connect();
  const all = await connect.list();
  const status =
    all.find((one) => one.name === name) ??
    all.find((one) => one.name === sourceNames(name).connector);
  if (!status) {
    const known = all.map((one) => one.name).join(', ');
    throw new BusError('CLI_NOT_FOUND', { kind: 'connector', name, known });
  }
  const admin = await access.admin();
  const [config = {}, offsets, topicNames] = await Promise.all([
    connect.configOf(status.name),
    connect.offsetsOf(status.name).catch(() => []),
    admin.listTopics(),
  ]);
  const item = connectorItem(status);
  const owner = ownerOf('connector', status.name);
  const topics = topicNames
    .filter((topic) => owner !== undefined && ownerOf('topic', topic) === owner)
    .toSorted();
  const facts: Fact[] = [
    ['name', item.name],
    ['source', item.source ?? '-'],
    ['state', { text: item.state.toUpperCase(), health: item.health }],
    ['tasks', `${item.tasksRunning}/${item.tasks}`],
    ...(item.cause === undefined ? [] : [['cause', item.cause] as Fact]),
    ['position', JSON.stringify(offsets)],
    ['topics', topics.join('\n')],
  ];
  showFacts(out, {
    kind: 'Connector',
    item: { ...item, offsets, topics, config, traces: tracesOf(status) },
    facts,
    more: [settingsTable(config)],
  });
  const traces = tracesOf(status);
  if (!out.isJson && traces.length > 0) out.text('Trace', `\n${traces.join('\n')}`);
  if (item.health === 'bad') out.hint(text('cli.describe.connector.next'));
}

function tracesOf({ tasks }: ConnectorStatus): string[] {
  return tasks.flatMap(({ trace }) => (trace === undefined ? [] : [safeTrace(trace)]));
}

function settingsTable(settings: Readonly<Record<string, string>>): TableView {
  return {
    columns: [text('cli.column.fact'), text('cli.column.value')],
    rows: Object.keys(settings)
      .toSorted()
      .map((key) => [key, settings[key] ?? '']),
    empty: '',
  };
}

export async function describeView(
  { out, openStack }: Cli,
  name: string,
  { file }: ViewFiles,
): Promise<void> {
  const view = await declaredView(name, file);
  const access = await openStack();
  const { units, installed, offsets } = await readViewLag(view, access);
  if (!installed) {
    out.warn(text('cli.lag.notApplied', { view: name }));
    throw new BusError('CLI_NOT_FOUND', { kind: 'applied view', name, known: '' });
  }
  const [counts, visible] = await Promise.all([
    readCounts(view, access),
    countVisible(view, access),
  ]);
  const halts = new Map(
    offsets.flatMap(({ unit, haltCode, haltDetail }) =>
      haltCode === null ? [] : [[unit, { haltCode, haltDetail: haltDetail ?? '' }] as const],
    ),
  );
  const sorted = brokenFirst(units, ({ unit, state }) => ({
    name: unit,
    health: lagHealth(state),
  }));
  const facts: Fact[] = [
    ['name', view.name],
    ['description', view.description],
    ['readers use', `${view.database}.${view.entity.table}`],
    ['visible rows', count(visible)],
    ...sorted.map((unit): Fact => {
      const counted = counts.find(({ block }) => `${name}/${block}` === unit.unit);
      const halt = halts.get(unit.unit);
      const line = text('cli.describe.view.unit', {
        state: text(`cli.lag.state.${unit.state}`),
        inView: count(counted?.view ?? 0),
        atSource: count(counted?.source ?? 0),
        table: counted?.table,
        authority: counted?.authority,
        waiting: count(unit.waiting),
        oldest: unit.oldestMs === undefined ? '-' : age(unit.oldestMs),
        dead: unit.deadLetters,
      });
      const why = halt ? `\n${halt.haltCode}: ${halt.haltDetail}` : '';
      return [unit.unit, { text: line + why, health: lagHealth(unit.state) }];
    }),
  ];
  const item = {
    name,
    database: view.database,
    visible,
    units,
    counts,
    halts: Object.fromEntries(halts),
  };
  const partitions = sorted.flatMap((unit) => unit.partitions);
  showFacts(out, { kind: 'View', item, facts, more: [partitionLagTable(partitions)] });
  if (halts.size > 0) out.hint(text('cli.next.resume', { view: name }));
}

export async function describeTopic(
  { out, openStack }: Cli,
  name: string,
  { file }: ViewFiles,
): Promise<void> {
  const access = await openStack();
  const admin = await access.admin();
  const [state] = await admin.describeTopics([name]);
  if (!state) {
    const known = (await admin.listTopics()).toSorted().join(', ');
    throw new BusError('CLI_NOT_FOUND', { kind: 'topic', name, known });
  }
  const [logs, configs, acls, views] = await Promise.all([
    admin.offsets([name]),
    admin.topicConfigs([name]),
    admin.listAcls(),
    declaredViews(file),
  ]);
  const config = configs.get(name) ?? {};
  const rights = acls.filter((rule) => concerns(rule, name)).map(grantName);
  const readers = readersOf(views).get(name) ?? [];
  const contract = await topicContract(name, { registry: await access.registry(), views });
  const facts: Fact[] = [
    ['name', name],
    ['owner', ownerOf('topic', name) ?? '-'],
    ['id', state.topicId],
    ['partitions', state.partitions],
    ...logs.map(({ partition, start, end }): Fact => [
      `partition ${partition}`,
      `${start} … ${end}`,
    ]),
    ['read by', readers.join(', ') || '-'],
    ['rights', rights.join('\n') || '-'],
    ...contractFacts(contract),
  ];
  const item = { ...state, logs, config, rights, readers, ...(contract ? { contract } : {}) };
  showFacts(out, { kind: 'Topic', item, facts, more: [settingsTable(config)] });
}

function contractFacts(contract: TopicContract | undefined): Fact[] {
  if (!contract) return [];
  const { version, schemaId, stops } = contract;
  const line = [`version ${version} (schema ${schemaId})`, ...stops].join('\n');
  return [['contract', { text: line, health: stops.length === 0 ? 'good' : 'bad' }]];
}

function concerns({ resource, name, match }: AclRule, topic: string): boolean {
  if (resource !== 'topic') return false;
  return match === 'prefixed' ? topic.startsWith(name) : name === topic || name === '*';
}
