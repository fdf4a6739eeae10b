/**
 * The rights of a source's Kafka user: exactly those without which capture, restart, schema
 * history or signals fail, found by removing one at a time. READ and WRITE include DESCRIBE.
 * A PostgreSQL source has no schema history and no topic of schema changes.
 */
import type { AclRule } from '../bus/kafka/kafka.ts';
import { sourceNames } from './names.ts';
import type { Source } from './source.ts';

export function sourceAcls(
  { name: source, engine }: Pick<Source, 'name' | 'engine'>,
  connectGroupId: string,
): AclRule[] {
  const names = sourceNames(source);
  const rule = (
    resource: AclRule['resource'],
    name: string,
    operation: AclRule['operation'],
  ): AclRule => ({ principal: names.principal, resource, name, match: 'literal', operation });
  const history = [
    rule('topic', names.topicPrefix, 'write'),
    rule('topic', names.historyTopic, 'read'),
    rule('topic', names.historyTopic, 'write'),
    rule('group', names.historyGroup, 'read'),
  ];
  return [
    ...(engine === 'postgresql' ? [] : history),
    // The dot keeps "cdc.police." from matching another source called police2.
    { ...rule('topic', `${names.topicPrefix}.`, 'write'), match: 'prefixed' },
    rule('topic', names.heartbeatTopic, 'write'),
    rule('topic', names.notificationTopic, 'write'),
    rule('topic', names.offsetsTopic, 'read'),
    rule('topic', names.offsetsTopic, 'write'),
    rule('topic', names.signalTopic, 'read'),
    rule('group', names.signalGroup, 'read'),
    rule('transactional-id', `${connectGroupId}-${names.connector}-0`, 'write'),
  ];
}
