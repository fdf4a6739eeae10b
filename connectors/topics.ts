/** The topics of a source, all made before the connector starts: nothing on the bus creates topics. */
import type { TopicSpec } from '../bus/kafka/kafka.ts';
import { sourceNames, tableTopic } from './names.ts';
import { type Source, tableSpaceOf } from './source.ts';

const DAY_MS = 86_400_000;
const FOREVER = '-1';

/** Topics of `source`: one per table, then the connector's own (four, and two more where there is a schema history). */
export function sourceTopics(source: Source): TopicSpec[] {
  const names = sourceNames(source.name);
  const { replication } = source.topics;
  const own = (name: string, config: Readonly<Record<string, string>>): TopicSpec => ({
    name,
    partitions: 1,
    replication,
    config: { ...config, 'min.insync.replicas': insync(replication) },
  });
  const history = [
    own(names.topicPrefix, { 'cleanup.policy': 'delete', 'retention.ms': FOREVER }),
    // Losing any of the history makes the binary log unreadable: never expires, one partition for order.
    own(names.historyTopic, { 'cleanup.policy': 'delete', 'retention.ms': FOREVER }),
  ];
  return [
    ...source.tables.map((table) => dataTopic(source, table.name)),
    ...(source.engine === 'postgresql' ? [] : history),
    own(names.offsetsTopic, { 'cleanup.policy': 'compact' }),
    own(names.signalTopic, { 'cleanup.policy': 'delete', 'retention.ms': String(7 * DAY_MS) }),
    own(names.notificationTopic, {
      'cleanup.policy': 'delete',
      'retention.ms': String(7 * DAY_MS),
    }),
    own(names.heartbeatTopic, { 'cleanup.policy': 'delete', 'retention.ms': String(DAY_MS) }),
  ];
}

function dataTopic(source: Source, table: string): TopicSpec {
  const { partitions, replication, retentionDays, compression } = source.topics;
  return {
    name: tableTopic({ source: source.name, database: tableSpaceOf(source), table }),
    partitions,
    replication,
    config: {
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionDays * DAY_MS),
      // Anything but gzip could not be read by the bus's client; "producer" keeps what Connect sends: none.
      'compression.type': compression === 'gzip' ? 'gzip' : 'producer',
      'min.insync.replicas': insync(replication),
    },
  };
}

/** One broker may be away without stopping capture, where there are enough of them. */
function insync(replication: number): string {
  return String(Math.max(1, replication - 1));
}
