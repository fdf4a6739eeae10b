/**
 * The rights of a source's Kafka user: exactly those without which capture, restart, schema
 * history or signals fail, found by removing one at a time. READ and WRITE include DESCRIBE.
 */
import type { AclRule } from '../bus/kafka/kafka.ts';
import { sourceNames } from './names.ts';

export function sourceAcls(source: string, connectGroupId: string): AclRule[] {
  const names = sourceNames(source);
  const rule = (
    resource: AclRule['resource'],
    name: string,
    operation: AclRule['operation'],
  ): AclRule => ({ principal: names.principal, resource, name, match: 'literal', operation });
  return [
    rule('topic', names.topicPrefix, 'write'),
    // The dot keeps "cdc.police." from matching another source called police2.
    { ...rule('topic', `${names.topicPrefix}.`, 'write'), match: 'prefixed' },
    rule('topic', names.heartbeatTopic, 'write'),
    rule('topic', names.notificationTopic, 'write'),
    rule('topic', names.historyTopic, 'read'),
    rule('topic', names.historyTopic, 'write'),
    rule('topic', names.offsetsTopic, 'read'),
    rule('topic', names.offsetsTopic, 'write'),
    rule('topic', names.signalTopic, 'read'),
    rule('group', names.historyGroup, 'read'),
    rule('group', names.signalGroup, 'read'),
    rule('transactional-id', `${connectGroupId}-${names.connector}-0`, 'write'),
  ];
}
